-- The script `upkeep`: clocks and outages of partitions, jobs that one process does alone, records of deliveries.
--
-- KEYS     tick: u, o, w of each partition; waiting: w of each; due: u, w, z; lease: the lease; seal: e of sessions;
--          deliver: the deliveries, their version
-- ARGV[1]  verb
-- ARGV[2]  now, in milliseconds (lease: the owner; deliver: the delivery)

-- waiting: the outages that wait to be credited. It looks, and moves no clock.
-- Returns { place of the partition among the KEYS (1 ...), from, to, place, from, to, ... }.
local function waiting(keys)
    local all = {}
    for i, pending in ipairs(keys) do
        local found = redis.call("HGETALL", pending)
        for j = 1, #found, 2 do
            all[#all + 1] = i
            all[#all + 1] = tonumber(found[j])
            all[#all + 1] = tonumber(found[j + 1])
        end
    end
    return all
end

-- tick: the partitions acknowledge. If the last time is more than gap ago, that was an outage: it is remembered,
-- and waits to be credited. Returns as `waiting`.
-- ARGV[3]  gap, in milliseconds
local function tick(keys, args)
    local now, gap, pendings = tonumber(args[2]), tonumber(args[3]), {}
    for i = 1, #keys, 3 do
        local clock, outages, pending = keys[i], keys[i + 1], keys[i + 2]
        local last = tonumber(redis.call("GET", clock) or now)
        if now - last > gap then
            redis.call("RPUSH", outages, last .. ":" .. now)
            redis.call("LTRIM", outages, -OUTAGES_MAX, -1)
            redis.call("HSET", pending, last, now)
        end
        if now >= last then redis.call("SET", clock, now) end
        pendings[#pendings + 1] = pending
    end
    return waiting(pendings)
end

-- due: sessions whose deadline lies at or before ARGV[4], at most ARGV[5]. None while an outage waits to be
-- credited, nor while the clock is behind by more than the gap: that outage has not even been noted yet.
-- ARGV[3]  gap, in milliseconds
local function due(keys, args)
    local clock, pending, open = keys[1], keys[2], keys[3]
    local now, gap = tonumber(args[2]), tonumber(args[3])
    local last = tonumber(redis.call("GET", clock) or 0)
    if now - last > gap or redis.call("EXISTS", pending) == 1 then return {} end
    return redis.call("ZRANGEBYSCORE", open, "-inf", args[4], "LIMIT", 0, args[5])
end

-- lease: take or renew. ARGV[2] owner, ARGV[3] milliseconds; 0 gives it back. Returns 1 if the owner has it.
local function lease(keys, args)
    local key, owner, ttl = keys[1], args[2], tonumber(args[3])
    local holder = redis.call("GET", key)
    if holder and holder ~= owner then return 0 end
    if ttl > 0 then
        redis.call("SET", key, owner, "PX", ttl)
    else
        redis.call("DEL", key)
    end
    return 1
end

-- seal: the archive holds each session up to its number, ARGV[1 + i]. Only upwards, and only where there is one: many
-- sessions in two commands, since this happens as often as a save. Returns how many were raised.
local function seal(keys, args)
    local found, sets = redis.call("MGET", unpack(keys)), { "MSET" }
    for i = 1, #keys do
        if found[i] and tonumber(args[1 + i]) > tonumber(found[i]) then
            sets[#sets + 1] = keys[i]
            sets[#sets + 1] = args[1 + i]
        end
    end
    if #sets > 1 then redis.call(unpack(sets)) end
    return (#sets - 1) / 2
end

-- The version that a JSON record bears; 0 for one that bears none.
local function version_of(record)
    local is_json, found = pcall(cjson.decode, record)
    return is_json and type(found) == "table" and tonumber(found.version) or 0
end

-- deliver: ARGV[3] is the record of the delivery now, unless a newer one is there: whoever read it from the archive
-- may have been busy for minutes since. Returns 1 if it was taken.
local function deliver(keys, args)
    local held = redis.call("HGET", keys[1], args[2])
    if held and version_of(held) > version_of(args[3]) then return 0 end
    redis.call("HSET", keys[1], args[2], args[3])
    redis.call("INCR", keys[2])
    return 1
end

local verbs = { tick = tick, waiting = waiting, due = due, lease = lease, seal = seal, deliver = deliver }
return verbs[ARGV[1]](KEYS, ARGV)
