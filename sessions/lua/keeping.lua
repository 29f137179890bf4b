-- What the import and the archive do to a session.

-- create: op[3] session record, op[4] constants, op[5] sealed. A session that exists is left alone.
local function create(op)
    local owner, packed = op[2], op[3]
    if records[owner] then return answer("repeated", "", owner) end
    local record = unpack_record(packed)
    records[owner], sealed[owner], changed[#changed + 1] = packed, op[5], owner
    said["c:" .. owner] = op[4]
    sets[#sets + 1] = "c:" .. owner
    sets[#sets + 1] = op[4]
    sets[#sets + 1] = "e:" .. owner
    sets[#sets + 1] = op[5]
    if RANK[record[STATUS]] == 1 then schedule(owner, record) end
    return answer("ok", "", owner)
end

-- seal: op[3] n: the archive holds everything up to here. Only upwards. It has a key of its own, since this
-- happens as often as a save and need not touch the record.
local function seal(op)
    local owner, n = op[2], op[3]
    if not records[owner] then return unknown() end
    local raised = n > sealed[owner]
    if raised then
        sealed[owner] = n
        sets[#sets + 1] = "e:" .. owner
        sets[#sets + 1] = n
    end
    return { raised and "ok" or "repeated", "" }
end

-- destroy: the session and all its keys go. What this very group has yet to write is written first.
local function destroy(op)
    local owner = op[2]
    write_all()
    local record = open(owner)
    if not record then return unknown() end
    local command = { "DEL", "s:" .. owner, "c:" .. owner, "e:" .. owner, "d:" .. owner, "x:" .. owner, "l:" .. owner }
    for n in string.gmatch(record[BATCHES] .. record[LOOSE] .. record[RETAINED], ";(%d+)") do
        command[#command + 1] = "b:" .. owner .. ":" .. n
    end
    local tag, sid = parts_of(owner)
    redis.call("ZREM", "z:" .. tag, sid)
    call_in_slices(command)
    records[owner], sealed[owner], said = false, 0, {}
    return { "ok", "" }
end
