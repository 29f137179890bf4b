-- The course of a session: log-in, start, hand-in. What is possible in which status is the table NEXT, generated
-- from sessions/states.py.

local LOGIN_BYTES = MARK_BYTES + 8

-- The epoch that the log-in with this mark was given a short while ago, or nil.
local function epoch_of_mark(known, mark)
    for place = 1, #known, LOGIN_BYTES do
        if string.sub(known, place, place + MARK_BYTES - 1) == mark then
            local epoch = struct.unpack(">I8", known, place + MARK_BYTES)
            return now - epoch <= LOGIN_MARK_MS and epoch or nil
        end
    end
end

-- login: take the seat. Handed in or closed, the session is only looked at. op[3] mark of the device, or "": the
-- same log-in once more - its reply was lost, or the line delivers a copy of it late - moves nothing.
-- The first take-over of a session under way is free, a further one within TAKE_OVER_WAIT_MS waits for the
-- teacher: a neighbour's prank throws nobody out. Before the start the seat just moves.
local function login(op)
    local owner = op[2]
    local record = open(owner)
    if not record then return unknown() end
    local rank = RANK[record[STATUS]]
    if rank == 2 then return answer_with_constants(owner) end
    local key, mark = "l:" .. owner, op[3]
    local known = mark ~= "" and (said[key] or redis.call("GET", key)) or ""
    local given = epoch_of_mark(known, mark)
    if given == record[EPOCH] then return answer_with_constants(owner) end
    if given then return answer("seat_moved", "", owner) end
    if rank == 1 then
        local wait = record[TAKEN_OVER_MS] + TAKE_OVER_WAIT_MS - now
        if record[TAKEN_OVER_MS] > 0 and wait > 0 then return answer("seat_wait", wait, owner) end
        record[TAKEN_OVER_MS] = now
    end
    begin_epoch(record, math.max(record[EPOCH] + 2, now)) -- the one below it is nobody's: engine/recovery.py
    record[SEEN_MS] = now
    happen(owner, record, "login", "")
    if mark ~= "" then
        known = string.sub(mark .. struct.pack(">I8", record[EPOCH]) .. known, 1, LOGINS_KEPT * LOGIN_BYTES)
        said[key] = known
        later[#later + 1] = { "SET", key, known, "PX", LOGIN_MARK_MS }
    end
    return answer_with_constants(owner)
end

-- start: start the clock, once. op[3] ticket, op[4] duration in milliseconds
local function start(op)
    local owner, duration = op[2], op[4]
    local status, epoch, version, started, deadline = struct.unpack(TICKET, op[3])
    assert(duration > 0)
    local record = open(owner)
    if not record then return unknown() end
    adopt(owner, record, epoch, version, status, started, deadline, true) -- who starts has sent nothing yet
    if epoch < record[EPOCH] then return answer("seat_moved", "", owner) end
    local next_status, verdict = step(record, "start")
    if not next_status then return answer(verdict, "", owner) end
    if record[STATUS] ~= READY then return answer_with_constants(owner) end

    local constants = constants_of(owner)
    local factor = cmsgpack.unpack(constants)[FACTOR_PERMILLE]
    record[STATUS], record[STARTED_MS], record[SEEN_MS] = next_status, now, now
    record[DEADLINE_MS] = now + math.floor(duration * factor / 1000 + 0.5) + record[EXTRA_MS]
    happen(owner, record, "start", "")
    local reply = answer("ok", "", owner)
    reply[5] = constants
    return reply
end

-- submit: hand in. On a session that was handed in or closed the answer is the same as the first time.
-- op[3] ticket, op[4] number of the last batch that the player sent
local function submit(op)
    local owner, last = op[2], op[4] + 0
    local status, epoch, version, started, deadline = struct.unpack(TICKET, op[3])
    local record = open(owner)
    if not record then return unknown() end
    if adopt(owner, record, epoch, version, status, started, deadline) then return answer("gap", "", owner) end
    if epoch < record[EPOCH] then return answer("seat_moved", "", owner) end
    local next_status, verdict = step(record, "submit")
    if not next_status then return answer(verdict, "", owner) end
    if record[STATUS] == next_status then return answer("ok", "", owner) end
    if last > record[LAST] then return answer("gap", "", owner) end
    if last < record[LAST] and op[5] == 1 then return answer("fork", "", owner) end

    record[STATUS], record[SEEN_MS] = next_status, now
    happen(owner, record, "submit", "")
    return answer("ok", "", owner)
end
