-- Which batches of a session are held, and which of them still count.
--
-- The session record carries small indexes as text and bytes, since a string search costs less than a call:
--   BATCHES   ";n=,item,item"        batches, and the items for which they count; ";n=epoch,..." if they are of an
--                                    earlier epoch
--   RETAINED  ";n;n"                 batches that count no more, whose bytes the archive does not have yet
--   LOOSE     ";n=,item,item"        those that came since BATCHES was put in order, with all their items: a save
--                                    only appends to it, and one in some eleven settles what counts
--   DIGESTS   8 bytes for each accepted number above SPILLED, zeros for a hole
-- Bytes of batches lie once, under `b:{pNN}:SID:n`: as long as they count for an item, and until the archive has
-- fetched them, for the journal only names them. Digests of the oldest numbers are spilled to the string
-- `d:{pNN}:SID`, so the record stays small however long the session is.

local HOLE = string.rep("\0", DIGEST_BYTES)

local find_text, cut = string.find, string.sub

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

-- All but the newest digests leave the record.
local function spill(owner, record)
    local digests = record[DIGESTS]
    local spilled = #digests / DIGEST_BYTES - DIGESTS_LEFT
    if spilled <= 0 then return end
    local bytes = spilled * DIGEST_BYTES
    -- At once: these are digests that the record holds as well, until it is written.
    redis.call("SETRANGE", "d:" .. owner, record[SPILLED] * DIGEST_BYTES, cut(digests, 1, bytes))
    record[DIGESTS], record[SPILLED] = cut(digests, bytes + 1), record[SPILLED] + spilled
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
    record[DIGESTS] = digests
    if #digests > DIGESTS_KEPT * DIGEST_BYTES then spill(owner, record) end
end

-- A batch that counts for no item any more: its bytes go, now if the archive has them, else later.
local function release(owner, record, n)
    if tonumber(n) > sealed[owner] then
        record[RETAINED] = record[RETAINED] .. ";" .. n
    else
        dead[#dead + 1] = "b:" .. owner .. ":" .. n
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

-- The items of a batch that comes late, for a number that a full batch jumped over, as far as it counts for them:
-- where nothing newer does. It is of this epoch, as is whatever is newer.
local function counting(record, n, entry)
    local newer = {}
    for number, epoch, items in string.gmatch(record[BATCHES] .. record[LOOSE], ";(%d+)=(%d*)([^;]*)") do
        local is_newer = epoch == "" and tonumber(number) > n
        for item in string.gmatch(items, "[^,]+") do
            newer[item] = is_newer and "" or nil
        end
    end
    local counted = string.gsub(entry, ",([^,]+)", newer)
    return find_text(counted, ",", 1, true) and counted or ""
end

-- Looked up in a table with this, an item stays the first time and goes ever after.
local ONCE = { __index = function(met, item) met[item] = "" end }

-- Put the batches in order: each with the items for which it counts, those that count for none released.
local function settle(owner, record)
    let_go(owner, record)
    local entries, newer, kept = {}, setmetatable({}, ONCE), 0
    for entry in string.gmatch(record[BATCHES] .. record[LOOSE], ";[^;]+") do
        entries[#entries + 1] = entry
    end
    for i = #entries, 1, -1 do
        entries[i] = string.gsub(entries[i], ",([^,]+)", newer)
    end
    for i = 1, #entries do
        if find_text(entries[i], ",", 1, true) then
            kept = kept + 1
            entries[kept] = entries[i]
        else
            release(owner, record, string.match(entries[i], "%d+"))
        end
    end
    record[BATCHES], record[LOOSE] = table.concat(entries, "", 1, kept), ""
end

-- Hold a batch that counts for an item: then true. `entry` is ";n=,item,item", "" without items.
local function hold(owner, record, n, entry, key, bytes)
    if n <= record[LAST] then entry = counting(record, n, entry) end
    if entry == "" then return false end
    record[LOOSE] = record[LOOSE] .. entry
    if #record[LOOSE] > LOOSE_BYTES then
        settle(owner, record)
        spill(owner, record) -- both at once: it is long until the next time
    end
    sets[#sets + 1] = key
    sets[#sets + 1] = bytes
    return true
end

-- The bytes of all batches that count: whatever was accepted later counts for more.
local function held(owner, record)
    local command, last, all = { "MGET" }, {}, record[BATCHES] .. record[LOOSE]
    for n, items in string.gmatch(all, ";(%d+)=%d*([^;]*)") do
        for item in string.gmatch(items, "[^,]+") do
            last[item] = n
        end
    end
    for n, items in string.gmatch(all, ";(%d+)=%d*([^;]*)") do
        for item in string.gmatch(items, "[^,]+") do
            if last[item] == n then
                command[#command + 1] = "b:" .. owner .. ":" .. n
                break
            end
        end
    end
    if #command == 1 then return {} end
    write_all() -- what came earlier in this very group must be found
    return redis.call(unpack(command))
end
