-- save: keep one batch of answers of one pupil, once.
--
-- A new number must be the next one, unless the batch is `full`: that closes every hole below it. A batch that
-- comes late for a number in such a hole is taken as well. A repeated batch (our reply was lost on the way) is
-- acknowledged again and changes nothing; other bytes under an accepted number are a fork and kept aside.
--
-- op     SAVE: what the record begins with if nothing has changed since the ticket (session, status, epoch, version,
--        started, deadline) and the number before this one; number and batches held by the device, as the record has
--        them; until when it is in time, 0 if it cannot be the commonest one (`save_next`); first 8 bytes of the digest;
--        ";n=,item,item" ("" without items); the key of the batch; item on screen; the batch's bytes, for the archive
--        and for resuming. For all others then: full 0 or 1, age of the newest answer and grace in milliseconds

local TICKET = ">BLILL"
local SAVE, REST = ">c" .. HEAD_BYTES .. "Ic4c4Lc" .. DIGEST_BYTES .. string.rep("Ic0", 4), ">BLL"
local BEAT = TICKET .. "I"

-- "" if the batch is in time. Later, the pupil's word that it was answered before the deadline is corroborated
-- by an outage between that moment and the end of the grace: then it could not have come in time.
local function lateness(owner, record, age, grace)
    local deadline = record[DEADLINE_MS]
    local received = record[STATUS] == PAUSED and record[PAUSED_AT_MS] or now
    if received <= deadline + grace then return "" end
    local claimed = now - age
    if claimed > deadline then return "after" end
    for _, outage in ipairs(redis.call("LRANGE", "o:" .. parts_of(owner), 0, -1)) do
        local from, to = string.match(outage, "^(%d+):(%d+)$")
        if tonumber(from) <= deadline + grace and tonumber(to) >= claimed then return "corroborated" end
    end
    return "self_attested"
end

-- Keep a refused batch as evidence: once per digest, at most ASIDES_MAX a session; more are only counted.
local function keep_aside(owner, record, verdict, digest, bytes)
    local mark = "~" .. digest
    if is_marked(owner, mark) then return end
    if record[ASIDES] >= ASIDES_MAX then
        record[DROPPED] = record[DROPPED] + 1
        keep(owner, record)
        return
    end
    record[ASIDES] = record[ASIDES] + 1
    keep(owner, record)
    note("aside:" .. verdict, bytes)
    put_mark(owner, mark)
end

-- Why a batch is not taken, and whether it is to be kept aside; nil if it is taken.
local function refusal(owner, record, epoch, n, digest, full)
    local last = record[LAST]
    if epoch < record[EPOCH] then return "seat_moved", accepted_digest(owner, record, n) ~= digest end
    if n <= last then
        local accepted = accepted_digest(owner, record, n)
        if accepted == digest then return "repeated", false end
        if accepted then return "fork", true end
    end
    local status, verdict = step(record, "save")
    if not status then return verdict, verdict == "handed_in" end
    -- Closed before it ever began; or its start was lost, and then these answers were given in time.
    if record[STARTED_MS] == 0 then return "session_closed", true end
    if n > BATCHES_MAX then return "too_many", false end
    if n > last + 1 and not full then return "gap", false end
    return nil
end

local NOW = struct.pack(">L", now)

-- The commonest batch by far: the next of a seat for which nothing has changed since its ticket. Nothing is to be
-- adopted and nothing can be refused, so most of the record is copied as it is, and the rest grows at its end.
-- nil if it is another, or if batches or digests must be put in order first.
local function save_next(packed, owner, head, before, n, held_back, digest, entry, key, at, bytes)
    if not packed or cut(packed, 1, HEAD_BYTES) ~= head then return nil end
    if struct.unpack(">I", packed, HEAD_BYTES + 1) ~= before then return nil end
    local spilled, on_screen, batches, retained, loose, digests = struct.unpack(">IIIIII", packed, SPILLED_BYTE)
    loose, digests = loose + #entry, digests + DIGEST_BYTES
    local is_full = digests > DIGESTS_KEPT * DIGEST_BYTES or loose > LOOSE_BYTES
    if is_full or digests ~= (before + 1 - spilled) * DIGEST_BYTES then return nil end
    local from = TEXTS + on_screen
    local place = from + batches + retained + loose - #entry
    records[owner] = head .. n .. NOW .. held_back .. cut(packed, AFTER_HELD, STATE_BYTES)
        .. struct.pack(">IIIII", #at, batches, retained, loose, digests)
        .. at .. cut(packed, from, place - 1) .. entry .. cut(packed, place) .. digest
    changed[#changed + 1] = owner
    sets[#sets + 1] = key
    sets[#sets + 1] = bytes
    note("batch:", before >= sealed[owner] and key or bytes)
    return head .. n .. text_of[sealed[owner]]
end

local function save(op, owner)
    local head, before, n, held_back, till, digest, entry, key, at, bytes, place = struct.unpack(SAVE, op)
    if 0 < till and now <= till then
        local packed = records[owner]
        local reply = save_next(packed, owner, head, before, n, held_back, digest, entry, key, at, bytes)
        if reply then return reply end
    end
    local full, age, grace = struct.unpack(REST, op, place)
    local status, epoch, version, started, deadline = struct.unpack(TICKET, head, TICKET_BYTE)
    n, held_back = before + 1, struct.unpack(">I", held_back)
    local record = open(owner)
    if not record then return unknown() end
    local brings_all = full == 1 and n > record[LAST]
    if adopt(owner, record, epoch, version, status, started, deadline, brings_all) then
        return answer("gap", "", owner)
    end

    local verdict, aside = refusal(owner, record, epoch, n, digest, full == 1)
    if verdict then
        if aside then keep_aside(owner, record, verdict, digest, bytes) end
        return answer(verdict, "", owner)
    end

    local late = lateness(owner, record, age, grace)
    local label = (record[STATUS] == PAUSED and "paused:" or "batch:") .. late
    local in_hole = n <= record[LAST]
    local is_held = hold(owner, record, n, entry, key, bytes)
    put_digest(owner, record, n, digest)
    if n > record[LAST] then record[LAST] = n end
    record[SEEN_MS], record[HELD], record[AT] = now, held_back, at
    keep(owner, record)
    -- Under a number that was sealed before, the archive may have other bytes: then these stand in the journal. So do
    -- those that come late for a hole: the numbers above may be sealed, and the key let go, before they are fetched.
    note(label, is_held and not in_hole and n > sealed[owner] and key or bytes)
    if late ~= "" then return answer("ok", late, owner) end
    return cut(records[owner], 1, REPLY_BYTES) .. sealed[owner]
end

-- The device of a session that the server closed has shown that it holds nothing more. After a loss of Redis nothing
-- else tells so; as a word about the version before this one it makes no session end later.
local function note_receipt(record)
    local version = record[VERSION]
    record[VERSION] = math.max(0, version - 1)
    note("state:receipt", cut(pack_record(record), 1, STATE_BYTES))
    record[VERSION] = version
end

-- heartbeat: the pupil is there. op[3] numbers (BEAT): ticket, batches held by the device; op[4] item on screen
local function heartbeat(op)
    local owner, at = op[2], op[4]
    local status, epoch, version, started, deadline, held_back = struct.unpack(BEAT, op[3])
    assert(type(at) == "string")
    local record = open(owner)
    if not record then return unknown() end
    if adopt(owner, record, epoch, version, status, started, deadline) then return answer("gap", "", owner) end
    if epoch < record[EPOCH] then return answer("seat_moved", "", owner) end
    if record[STATUS] == CLOSED then
        if record[AT] == RECEIPT then
            at = RECEIPT -- it stays, and is told once
        elseif at == RECEIPT then
            note_receipt(record)
        end
    end
    record[SEEN_MS], record[HELD], record[AT] = now, held_back, at
    keep(owner, record)
    return answer("ok", "", owner)
end

-- read: what a seat needs to resume: constants and all batches that count. op[3] ticket
local function read(op)
    local owner = op[2]
    local status, epoch, version, started, deadline = struct.unpack(TICKET, op[3])
    local record = open(owner)
    if not record then return unknown() end
    if adopt(owner, record, epoch, version, status, started, deadline) then return answer("gap", "", owner) end
    if epoch < record[EPOCH] then return answer("seat_moved", "", owner) end
    local reply = answer_with_constants(owner)
    reply[6] = held(owner, record)
    return reply
end
