-- What staff do. Each act changes the record and returns the event and a reason for the journal; or nil if there
-- is nothing to change; or nil and the verdict that refuses. `status` is where the table leads.

local function pause(record, _, status)
    if record[STATUS] == status then return nil end
    record[STATUS], record[PAUSED_AT_MS] = status, now
    return "pause", ""
end

local function resume(record, _, status)
    if record[STATUS] == status then return nil end
    local since = record[PAUSED_AT_MS]
    record[STATUS], record[PAUSED_AT_MS] = status, 0
    record[PAUSED_FROM_MS], record[PAUSED_TO_MS] = since, now
    record[DEADLINE_MS] = record[DEADLINE_MS] + math.max(0, now - since)
    return "resume", ""
end

-- op[4] milliseconds
local function extend(record, op)
    if record[STATUS] == READY then
        record[EXTRA_MS] = record[EXTRA_MS] + op[4]
    else
        record[DEADLINE_MS] = math.max(0, record[DEADLINE_MS] + op[4])
    end
    return "extend", tostring(op[4])
end

-- op[4] reason, op[5] the deadline must not lie beyond this (0: close whatever it is)
-- Closed early, the session's time ends now, so that what comes later is told from what came in time.
local function close(record, op, status)
    local reason, due = op[4], op[5]
    if record[STATUS] == status then return nil end
    if due > 0 and (record[STATUS] ~= RUNNING or record[DEADLINE_MS] > due) then return nil, "not_due" end
    record[STATUS], record[DEADLINE_MS] = status, math.min(record[DEADLINE_MS], now)
    return "close", reason
end

-- op[4] from, op[5] to: an outage of the partition. Given if it began while the pupil's time ran; what of it was
-- before the start or in a pause took nothing from him.
local function credit(record, op)
    local from, to = math.max(op[4], record[STARTED_MS]), op[5]
    if op[4] > record[DEADLINE_MS] then return nil end
    if record[STATUS] == PAUSED then to = math.min(to, record[PAUSED_AT_MS]) end
    local both = math.min(to, record[PAUSED_TO_MS]) - math.max(from, record[PAUSED_FROM_MS])
    local given = to - from - math.max(0, both)
    if given <= 0 then return nil end
    record[DEADLINE_MS] = record[DEADLINE_MS] + given
    return "credit", op[4] .. ":" .. op[5]
end

-- The teacher allows the next take-over at once.
local function allow(record)
    record[TAKEN_OVER_MS] = 0
    return "seat", ""
end

local ACTS = { pause = pause, resume = resume, extend = extend, close = close, credit = credit, seat = allow }

-- op[1] the event, op[3] change: the line of the audit log that this is, applied once; "" if it has none
local function by_staff(op)
    local event, owner, change = op[1], op[2], op[3]
    local record = open(owner)
    if not record then return unknown() end
    local mark = "!" .. change
    if change ~= "" and is_marked(owner, mark) then return answer("repeated", "", owner) end
    local status, verdict = step(record, event)
    if not status then return answer(verdict, "", owner) end

    local given = event == "extend" and status == READY and string.format("%.0f:%.0f", now, op[4]) or nil
    local done, reason = ACTS[event](record, op, status)
    if not done and reason then return answer(reason, "", owner) end
    if done then happen(owner, record, done, reason) end
    if change ~= "" then put_mark(owner, mark, given) end
    return answer("ok", "", owner)
end
