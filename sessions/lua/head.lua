-- What all verbs of the script `sessions` share. The lines before this one (places in the session record, numbers
-- of the statuses, table of transitions, limits) are generated from Python: sessions/script.py.
--
-- KEYS[1]  the journal that the operations write to. All other keys are named by the operations, `{pNN}:SID`; in
--          a cluster they carry the tag of this journal.
-- ARGV[1]  msgpack: for each operation the session, "{pNN}:SID", and { verb, "{pNN}:SID", ... }; a save is no table
--          but a string of all its fields, for a table costs Lua as much as the save
-- ARGV[2]  now, in milliseconds
--
-- Returns one list per operation: { verdict, extra, state, sealed [, constants [, batches] ] }, or { verdict, extra }
-- if there is no such session. A save that was taken in time gets one string: state, and sealed in figures. `extra` is the late class of a batch, or the milliseconds to wait of seat_wait, else
-- "". `state` is the head of the session record.
--
-- A group reads all its sessions with one MGET, and writes at its end: what a command costs is the call, not the
-- bytes. Strings come ready from Python, for Lua is slow to write numbers. An operation works on a copy of its
-- session and hands it back with `keep`, so one that fails half-way has changed nothing. Payloads are opaque here.

local journal = KEYS[1]
local operations = cmsgpack.unpack(ARGV[1])
local now = tonumber(ARGV[2])

local records, sealed = {}, {} -- by "{pNN}:SID": the packed session record, false if none; what is archived
local said = {}                -- what this group has yet to write and may ask for meanwhile, by key and field
local changed, lines, sets, later, dead -- to be written: records ("{pNN}:SID"), journal, strings, commands, keys that go

-- Many sessions of a group have the same few numbers; to read and to write one costs more than to look it up.
local number_of = setmetatable({}, { __index = function(known, text)
    known[text] = tonumber(text)
    return known[text]
end })
local text_of = setmetatable({}, { __index = function(known, number)
    known[number] = string.format("%.0f", number)
    return known[number]
end })

local function begin()
    changed, lines, sets, later, dead = {}, {}, { "MSET" }, {}, { "DEL" }
end

local function read_all()
    local command, owners = { "MGET" }, {}
    for i = 1, #operations, 2 do
        local owner = operations[i]
        if records[owner] == nil then
            records[owner] = false
            owners[#owners + 1] = owner
            command[#command + 1] = "s:" .. owner
            command[#command + 1] = "e:" .. owner
        end
    end
    local found = redis.call(unpack(command))
    for i = 1, #owners do
        records[owners[i]] = found[2 * i - 1]
        sealed[owners[i]] = number_of[found[2 * i] or "0"]
    end
end

-- Lua passes some 8,000 arguments at once.
local function call_in_slices(command)
    for from = 2, #command, 4000 do
        redis.call(command[1], unpack(command, from, math.min(from + 3999, #command)))
    end
end

-- What the journal names comes before it, and the records after it: should anything fail then, the operations are
-- repeated and stand in it twice, which the archive does not mind; the other way round they would be acknowledged as
-- repeated and stand nowhere.
local function write_all()
    call_in_slices(sets)
    if #lines > 0 then redis.call("XADD", journal, "*", "t", now, "l", cmsgpack.pack(lines)) end
    local written = { "MSET" }
    for i = 1, #changed do
        written[2 * i] = "s:" .. changed[i]
        written[2 * i + 1] = records[changed[i]]
    end
    call_in_slices(written)
    for i = 1, #later do
        redis.call(unpack(later[i]))
    end
    call_in_slices(dead)
    begin()
end

local function open(owner)
    local packed = records[owner]
    return packed and unpack_record(packed)
end

-- Returns the packed record.
local function keep(owner, record)
    local packed = pack_record(record)
    records[owner], changed[#changed + 1] = packed, owner
    return packed
end

-- One more line of the journal: what it is ("batch:", "state:login", "aside:fork" ...) and its bytes, or their key.
local function note(label, bytes)
    lines[#lines + 1] = label
    lines[#lines + 1] = bytes
end

local function unknown()
    return { "unknown", "" }
end

local function answer(verdict, extra, owner)
    return { verdict, extra, string.sub(records[owner], 1, REPLY_BYTES), sealed[owner] }
end

local function constants_of(owner)
    local key = "c:" .. owner
    return said[key] or redis.call("GET", key)
end

local function answer_with_constants(owner)
    local reply = answer("ok", "", owner)
    reply[5] = constants_of(owner)
    return reply
end

local function parts_of(owner)
    return string.match(owner, "^({p%d+}):(%x+)$")
end

-- Open sessions stand in `z` by deadline; a paused one is never due.
local function schedule(owner, record)
    local tag, sid = parts_of(owner)
    if record[STATUS] == RUNNING then
        later[#later + 1] = { "ZADD", "z:" .. tag, record[DEADLINE_MS], sid }
    elseif record[STATUS] == PAUSED then
        later[#later + 1] = { "ZADD", "z:" .. tag, "+inf", sid }
    else
        later[#later + 1] = { "ZREM", "z:" .. tag, sid }
    end
end

-- Rare marks: a change that was applied (and what it gave before the start, "when:how much"), a digest that was
-- kept aside.
local function is_marked(owner, mark)
    local key = "x:" .. owner
    return said[key .. mark] or redis.call("HEXISTS", key, mark) == 1
end

local function put_mark(owner, mark, value)
    local key = "x:" .. owner
    said[key .. mark] = true
    later[#later + 1] = { "HSET", key, mark, value or 1 }
end

-- The time that was given before the start, as far as it was given after this moment.
local function given_since(owner, moment)
    local key, sum = "x:" .. owner, 0
    local values = redis.call("HVALS", key)
    for _, command in ipairs(later) do -- what came earlier in this very group
        if command[1] == "HSET" and command[2] == key then values[#values + 1] = command[4] end
    end
    for _, value in ipairs(values) do
        local at, extra = string.match(value, "^(%d+):(-?%d+)$")
        if at and tonumber(at) > moment then sum = sum + tonumber(extra) end
    end
    return sum
end

-- Keep a record that an event has changed, and say so in the journal.
local function keep_event(owner, record, event, reason)
    if event ~= "login" and event ~= "seat" then schedule(owner, record) end
    local packed = keep(owner, record)
    note("state:" .. event, string.sub(packed, 1, STATE_BYTES) .. reason)
end

-- The same for what happens now: it makes a new version.
local function happen(owner, record, event, reason)
    record[VERSION] = record[VERSION] + 1
    keep_event(owner, record, event, reason)
end

-- The seat changes hands. The list of batches names the epoch of those of earlier seats only: here they become such.
local function begin_epoch(record, epoch)
    local mark = string.format("=%.0f,", record[EPOCH])
    record[BATCHES] = string.gsub(record[BATCHES], "=,", mark)
    record[LOOSE] = string.gsub(record[LOOSE], "=,", mark)
    record[EPOCH] = epoch
end

-- A ticket that is ahead of what is stored proves that Redis lost its last moments in a fail-over. What is ahead in
-- it is taken over: the further status, the newer version's times, the higher epoch. Of one start the later deadline
-- stays: time that was given while the ticket was on its way is not taken back. Nor is what was given to a session
-- whose start was forgotten here, since that start. The version becomes the higher one and no higher still, so that
-- tickets may come in any order.
--
-- A higher epoch proves more: the log-in was lost, and with it perhaps what its seat has saved since. Then no number
-- here says anything about that seat's batches. It is taken over by what `brings_all`; anything else is told "gap"
-- (true is returned), and the device brings all that it knows. Where no batch was ever taken, nothing can mislead.
local function adopt(owner, record, epoch, version, status, started, deadline, brings_all)
    local further = RANK[status] - RANK[record[STATUS]]
    local is_ahead = epoch > record[EPOCH]
    local is_strange = is_ahead and record[LAST] > 0 and not brings_all
    if (is_strange or not is_ahead) and version <= record[VERSION] and further <= 0 then return is_strange end

    if further > 0 or (further == 0 and version > record[VERSION]) then
        if status == PAUSED and record[STATUS] ~= PAUSED then record[PAUSED_AT_MS] = now end
        if RANK[status] == 1 and started == record[STARTED_MS] then
            deadline = math.max(deadline, record[DEADLINE_MS])
        end
        if RANK[status] == 1 and record[STATUS] == READY then
            deadline = math.max(deadline + given_since(owner, started), started)
        end
        record[STATUS], record[STARTED_MS], record[DEADLINE_MS] = status, started, deadline
    end
    if is_ahead and not is_strange then begin_epoch(record, epoch) end
    record[VERSION] = math.max(record[VERSION], version)
    keep_event(owner, record, "adopt", "")
    return is_strange
end

-- Where `event` leads from here; or nil, and the verdict that refuses it.
local function step(record, event)
    local status = record[STATUS]
    return NEXT[status][event], REFUSAL[status]
end
