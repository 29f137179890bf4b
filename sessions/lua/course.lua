-- The course of a session: log-in, start, hand-in. What is possible in which status is the table NEXT, generated
-- from sessions/states.py.

-- login: take the seat. Handed in or closed, the session is only looked at.
-- The first take-over of a session under way is free, a further one within TAKE_OVER_WAIT_MS waits for the
-- teacher: a neighbour's prank throws nobody out. Before the start the seat just moves.
local function login(op)
    local owner = op[2]
    local record = open(owner)
    if not record then return unknown() end
    local rank = RANK[record[STATUS]]
    if rank == 2 then return answer_with_constants(owner) end
    if rank == 1 then
        local wait = record[TAKEN_OVER_MS] + TAKE_OVER_WAIT_MS - now
        if record[TAKEN_OVER_MS] > 0 and wait > 0 then return answer("seat_wait", wait, owner) end
        record[TAKEN_OVER_MS] = now
    end
    record[EPOCH], record[SEEN_MS] = math.max(record[EPOCH] + 1, now), now
    happen(owner, record, "login", "")
    return answer_with_constants(owner)
end

-- start: start the clock, once. op[3] ticket, op[4] duration in milliseconds
local function start(op)
    local owner, duration = op[2], op[4]
    local epoch, version, status, started, deadline = struct.unpack(TICKET, op[3])
    assert(duration > 0)
    local record = open(owner)
    if not record then return unknown() end
    adopt(owner, record, epoch, version, status, started, deadline)
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
    local epoch, version, status, started, deadline = struct.unpack(TICKET, op[3])
    local record = open(owner)
    if not record then return unknown() end
    adopt(owner, record, epoch, version, status, started, deadline)
    if epoch < record[EPOCH] then return answer("seat_moved", "", owner) end
    local next_status, verdict = step(record, "submit")
    if not next_status then return answer(verdict, "", owner) end
    if record[STATUS] == next_status then return answer("ok", "", owner) end
    if last > record[LAST] then return answer("gap", "", owner) end

    record[STATUS], record[SEEN_MS] = next_status, now
    happen(owner, record, "submit", "")
    return answer("ok", "", owner)
end
