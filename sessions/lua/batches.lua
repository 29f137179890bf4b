-- Which batches of a session are held, and which of them still count.
--
-- The session record carries small indexes as text and bytes, since a string search costs less than a call:
--   ITEMS     ";item=n;item=n"       the batch whose answer to the item counts
--   BATCHES   ";n=,"                 batches that count for an item; ";n=epoch," if they are of an earlier epoch
--   RETAINED  ";n;n"                 batches that count no more, whose bytes the archive does not have yet
--   DIGESTS   8 bytes for each accepted number above SPILLED, zeros for a hole
-- Bytes of batches lie once, under `b:{pNN}:SID:n`: as long as they count for an item, and until the archive has
-- fetched them, for the journal only names them. Digests of the oldest numbers are spilled to the string
-- `d:{pNN}:SID`, so the record stays small however long the session is.

local HOLE = string.rep("\0", DIGEST_BYTES)

local find_text, cut = string.find, string.sub

-- The value behind `name` (";item=", ";n="), the place before it and the place after it; nil if there is none.
local function find(list, name)
    local _, before = find_text(list, name, 1, true)
    if not before then return nil end
    local after = find_text(list, ";", before + 1, true) or #list + 1
    return cut(list, before + 1, after - 1), before, after
end

-- The digest under which `n` was accepted; nil if it was not (yet, or because a full batch jumped over it).
local function accepted_digest(owner, record, n)
    local from, digest = (n - record[SPILLED] - 1) * DIGEST_BYTES, nil
    if from >= 0 then
        digest = cut(record[DIGESTS], from + 1, from + DIGEST_BYTES)
    else
        local key, place = "d:" .. owner, (n - 1) * DIGEST_BYTES
        digest = said[key .. n] or redis.call("GETRANGE", key, place, place + DIGEST_BYTES - 1)
    end
    if digest == "" or digest == HOLE then return nil end
    return digest
end

local function put_digest(owner, record, n, digest)
    local digests, from = record[DIGESTS], (n - record[SPILLED] - 1) * DIGEST_BYTES
    if from < 0 then
        said["d:" .. owner .. n] = digest
        later[#later + 1] = { "SETRANGE", "d:" .. owner, (n - 1) * DIGEST_BYTES, digest }
        return
    end
    if from > #digests then digests = digests .. string.rep("\0", from - #digests) end
    if from == #digests then
        digests = digests .. digest
    else
        digests = cut(digests, 1, from) .. digest .. cut(digests, from + DIGEST_BYTES + 1)
    end
    if #digests > DIGESTS_KEPT * DIGEST_BYTES then
        local spilled = math.floor(#digests / DIGEST_BYTES) - DIGESTS_KEPT / 2
        local bytes = spilled * DIGEST_BYTES
        -- At once: these are digests that the record holds as well, until it is written.
        redis.call("SETRANGE", "d:" .. owner, record[SPILLED] * DIGEST_BYTES, cut(digests, 1, bytes))
        digests, record[SPILLED] = cut(digests, bytes + 1), record[SPILLED] + spilled
    end
    record[DIGESTS] = digests
end

-- Per item the highest (epoch, n) wins. `old` is text, as it stands in the list.
local function wins(record, epoch, n, old)
    local older = tonumber(string.match(find(record[BATCHES], ";" .. old .. "="), "^%d+") or record[EPOCH])
    return epoch > older or (epoch == older and n > tonumber(old))
end

-- When batch `old` counts for no item of `list` any more, its bytes go: now if the archive has them, else later.
local function release(owner, record, list, old)
    if find_text(list, "=" .. old .. ";", 1, true) then return end
    local name, batches = ";" .. old .. "=", record[BATCHES]
    local value, before, after = find(batches, name)
    if not value then return end -- gone already: it counted for several items of the new batch
    record[BATCHES] = cut(batches, 1, before - #name) .. cut(batches, after)
    if tonumber(old) > sealed[owner] then
        record[RETAINED] = record[RETAINED] .. ";" .. old
    else
        dead[#dead + 1] = "b:" .. owner .. ":" .. old
    end
end

-- Let go of what was retained until the archive had it; nothing is looked through while the first still waits.
local function let_go(owner, record)
    local first = string.match(record[RETAINED], "^;(%d+)")
    if not first or tonumber(first) > sealed[owner] then return end
    record[RETAINED] = string.gsub(record[RETAINED], ";(%d+)", function(n)
        if tonumber(n) > sealed[owner] then return nil end
        dead[#dead + 1] = "b:" .. owner .. ":" .. n
        return ""
    end)
end

-- Let a batch count for its items where nothing newer does, and hold its bytes if it counts for any: then it gives
-- the key where they lie. `entry` is ";n=,"; `items` are ";item=".
local function hold(owner, record, epoch, n, entry, items, bytes)
    local name = string.match(entry, "^;(%d+)=")
    local is_newest = epoch == record[EPOCH] and n > record[LAST] -- as nearly always: nothing to compare
    local won, list, replaced = 0, record[ITEMS], {}
    for i = 1, #items do
        local old, before, after = find(list, items[i])
        if not old then
            won = won + 1
            list = list .. items[i] .. name
        elseif is_newest or wins(record, epoch, n, old) then
            won = won + 1
            list = cut(list, 1, before) .. name .. cut(list, after)
            replaced[#replaced + 1] = old
        end
    end
    if won == 0 then return end
    record[ITEMS] = list
    let_go(owner, record)
    if #replaced > 0 then
        list = list .. ";"
        for i = 1, #replaced do
            release(owner, record, list, replaced[i])
        end
    end
    record[BATCHES] = record[BATCHES] .. entry
    local key = "b:" .. owner .. ":" .. name
    sets[#sets + 1] = key
    sets[#sets + 1] = bytes
    return key
end

-- The bytes of all batches that count.
local function held(owner, record)
    local command = { "MGET" }
    for n in string.gmatch(record[BATCHES], ";(%d+)=") do
        command[#command + 1] = "b:" .. owner .. ":" .. n
    end
    if #command == 1 then return {} end
    write_all() -- what came earlier in this very group must be found
    return redis.call(unpack(command))
end
