-- Run the operations one by one; what goes wrong in one of them fails that one with the verdict "error".

local VERBS = {
    heartbeat = heartbeat, read = read, login = login, start = start, submit = submit,
    pause = by_staff, resume = by_staff, extend = by_staff, close = by_staff, credit = by_staff, seat = by_staff,
    create = create, seal = seal, destroy = destroy,
}

-- These say that the server as a whole cannot write: nobody may be told otherwise, so the call fails as a whole.
local FATAL = { "OOM", "MISCONF", "READONLY", "NOREPLICAS", "CLUSTERDOWN", "TRYAGAIN", "LOADING" }

local function run(owner, op)
    local line, set, more, gone, kept = #lines, #sets, #later, #dead, #changed
    local record = records[owner]
    local fine, result = pcall(type(op) == "string" and save or VERBS[op[1]], op, owner)
    if fine then return result end
    local problem = type(result) == "table" and result.err or tostring(result)
    for _, word in ipairs(FATAL) do
        if string.find(problem, word, 1, true) then error(result, 0) end
    end
    -- Forget what the failed operation wanted to write.
    records[owner] = record
    for list, size in pairs({ [lines] = line, [sets] = set, [later] = more, [dead] = gone, [changed] = kept }) do
        for place = #list, size + 1, -1 do
            list[place] = nil
        end
    end
    return { "error", problem }
end

begin()
read_all()
local replies = {}
for i = 1, #operations, 2 do
    replies[#replies + 1] = run(operations[i], operations[i + 1])
end
write_all()
return replies
