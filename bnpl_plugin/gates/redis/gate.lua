#!lua name=NAME
-- One shard of one sale. All keys lie in the slot {sale:shard}; time and ids are arguments, so replicas agree.
-- The one key that is passed is what all begin with: sale (hash of figures), book (hash: claim's id -> packed claim;
-- item|shopper -> units; item|shopper|id -> newest claim; item|shopper|live -> the one claim that may be live), line
-- (zset, by text: item|turn|id), due (zset: admitted by end), kept (zset: held by end), stream, moves (hash).
-- Arguments: operation, then what it takes. Numbers are written with %d: 10^15 must not become 1e+15.
-- The answer is one text, its parts on lines of their own: cheaper to read than a list.
local SALE, BOOK, LINE, DUE, KEPT, STREAM, MOVES
local call -- redis.call: not there yet while the library is loaded
local LOOK_AGAIN = 200000 -- microseconds for which "the other shards are empty too" is believed

local function int(n) return string.format('%d', n) end
local function parsed(text)
  if not text then return nil end
  local p = {}
  for part in string.gmatch(text, '([^|]*)|') do p[#p + 1] = part end
  return {state = p[1], id = p[2], item = p[3], shopper = p[4], units = tonumber(p[5]), minor = tonumber(p[6]),
          turn = tonumber(p[7]), till = tonumber(p[8]), ceil = tonumber(p[9])}
end
local function read(id) return parsed(call('HGET', BOOK, id)) end
local function packed(c)
  return string.format('%s|%s|%s|%s|%d|%d|%d|%d|%d|', c.state, c.id, c.item, c.shopper, c.units, c.minor, c.turn,
                       c.till, c.ceil)
end
local function write(c) call('HSET', BOOK, c.id, packed(c)) end
local function add(field, n) return call('HINCRBY', SALE, field, int(n)) end
local function figure(field) return tonumber(call('HGET', SALE, field) or 0) end
local function owner(c) return c.item .. '|' .. c.shopper end
local function ticket(c) return c.item .. '|' .. string.format('%015d', c.turn) .. '|' .. c.id end
local function number(c) return call('ZLEXCOUNT', LINE, '[' .. c.item .. '|', '[' .. ticket(c)) end
local function live(c) return c.state == 'waiting' or c.state == 'admitted' or c.state == 'held' end
local function told(c) call('XADD', STREAM, '*', 'c', packed(c)) end
local function next_turn(c, alive)
  c.turn = add('turn', 1)
  call('HSET', BOOK, owner(c) .. '|id', c.id)
  if alive then call('HSET', BOOK, owner(c) .. '|live', c.id) end
end
-- a shopper's claim of an item: the live one, else the newest; and how many units they have
local function latest(item, shopper, mine)
  local who = item .. '|' .. shopper
  mine = mine or call('HMGET', BOOK, who, who .. '|live', who .. '|id')
  local c = mine[2] and read(mine[2])
  if not (c and live(c)) then c = mine[3] and read(mine[3]) end
  return c or nil, tonumber(mine[1] or 0)
end

-- take and give back: the only two places where units and allotment move for a claim
local function take(c, kind)
  add(c.item .. '|free', -c.units)
  add(c.item .. '|' .. kind, c.units)
  add('left', -c.minor)
  call('HINCRBY', BOOK, owner(c), int(c.units))
end
local function give(c, kind)
  add(c.item .. '|free', c.units)
  add(c.item .. '|' .. kind, -c.units)
  add('left', c.minor)
  call('HINCRBY', BOOK, owner(c), int(-c.units))
end
local function leave_line(c)
  call('ZREM', LINE, ticket(c))
  add(c.item .. '|waiting', -1)
  add('waiting', -1)
end
local function join_line(c)
  c.state = 'waiting'
  call('ZADD', LINE, 0, ticket(c))
  add(c.item .. '|waiting', 1)
  add('waiting', 1)
  write(c)
  told(c)
end
local function admit(c, now)
  local spans = call('HMGET', SALE, 'hold', 'ceil')
  c.state, c.till, c.ceil = 'admitted', now + tonumber(spans[1]), now + tonumber(spans[2])
  take(c, 'held')
  call('ZADD', DUE, int(c.till), c.id)
  write(c)
  told(c)
end

-- the line moves: the first whom units and allotment suffice is admitted, until nobody fits
local function pump_item(item, now)
  local free, left, at = figure(item .. '|free'), figure('left'), '[' .. item .. '|'
  while free > 0 do
    local page = call('ZRANGEBYLEX', LINE, at, '(' .. item .. '}', 'LIMIT', 0, 50)
    if #page == 0 then return end
    for _, entry in ipairs(page) do
      at = '(' .. entry
      local c = read(string.match(entry, '([^|]*)$'))
      if c.units <= free and c.minor <= left then
        leave_line(c)
        admit(c, now)
        free, left = free - c.units, left - c.minor
        if free <= 0 then return end
      end
    end
  end
end
local function pump(now)
  local s = call('HMGET', SALE, 'state', 'starts', 'ends', 'waiting', 'items')
  if s[1] ~= 'open' or now < tonumber(s[2]) or now >= tonumber(s[3]) or tonumber(s[4]) <= 0 then return end
  for item in string.gmatch(s[5], '([^|]*)|') do pump_item(item, now) end
end

-- why a wish that no units suffice for has no hope, or nil: {'soldout', …}; several shards look at one another first
local function hopeless(s, units, minor, now, looked, gone)
  local free, held, shards = tonumber(s.free), tonumber(s.held), tonumber(s.shards)
  if free >= units then
    if tonumber(s.left) >= minor then return nil end
    if shards > 1 and not looked and now >= tonumber(s.poor or 0) then return {'look'} end
    if shards > 1 and looked then call('HSET', SALE, s.item .. '|poor', int(now + LOOK_AGAIN)) end
    return {'allotment', int(minor - tonumber(s.left))}
  end
  if shards > 1 then
    if looked then
      call('HSET', SALE, s.item .. '|dry', int(now + LOOK_AGAIN), s.item .. '|gone', gone)
    elseif now >= tonumber(s.dry or 0) then
      return {'look'}
    else
      gone = s.gone or '0'
    end
  else
    gone = '1'
  end
  if gone == '1' and free + held < units then return {'soldout', int(math.max(free, 0)), '1'} end
  return nil
end
-- the figures of a sale and an item, read once for a wish
local function standing(item)
  local s = call('HMGET', SALE, 'state', 'starts', 'ends', 'left', 'shards', item .. '|free', item .. '|held',
                 item .. '|per', item .. '|line', item .. '|waiting', item .. '|dry', item .. '|gone', item .. '|poor',
                 'turn', 'hold', 'ceil')
  return {item = item, state = s[1], starts = tonumber(s[2]), ends = tonumber(s[3]), left = s[4], shards = s[5],
          free = s[6], held = s[7], per = s[8], line = s[9], waiting = s[10], dry = s[11] or nil, gone = s[12] or nil,
          poor = s[13] or nil, turn = s[14], hold = s[15], ceil = s[16]}
end
-- what next_turn and admit do, for a fresh claim whose figures were just read: each key is written once
local function take_at_once(c, s, has, now)
  local item, who = c.item, owner(c)
  c.state, c.turn, c.till, c.ceil = 'admitted', s.turn + 1, now + s.hold, now + s.ceil
  call('HSET', SALE, item .. '|free', int(s.free - c.units), item .. '|held', int(s.held + c.units),
       'left', int(s.left - c.minor), 'turn', int(c.turn))
  local text = packed(c)
  call('HSET', BOOK, who, int(has + c.units), who .. '|id', c.id, who .. '|live', c.id, c.id, text)
  call('ZADD', DUE, int(c.till), c.id)
  call('XADD', STREAM, '*', 'c', text)
  return text
end
local function already(c)
  return {'already', packed(c), c.state == 'waiting' and int(number(c)) or '0'}
end

-- a claim for those who act on it: the claim, or nil and what to answer
local function own(id, item, shopper)
  if call('EXISTS', SALE) == 0 then return nil, {'lost'} end
  local c = read(id)
  if not c then return nil, {'none'} end
  if c.item ~= item or c.shopper ~= shopper then return nil, {'clash'} end
  return c
end

local op = {}

function op.ask(wish, looked, gone)
  local now, id, item, shopper, units, minor = string.match(wish, '^([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|(.*)$')
  local s = standing(item)
  if not s.state then return {'lost'} end
  if not s.free then return {'item'} end
  now, units, minor = tonumber(now), tonumber(units), tonumber(minor)
  local who = item .. '|' .. shopper
  local mine = call('HMGET', BOOK, who, who .. '|live', who .. '|id', id)
  local c = parsed(mine[4])
  if c then
    if c.item ~= item or c.shopper ~= shopper then return {'clash'} end
    return already(c)
  end
  local last, has = latest(item, shopper, mine)
  if last and live(last) then return already(last) end
  if s.state == 'ended' or now >= s.ends then return {'ended'} end
  if now < s.starts then return {'notopen', int(s.starts)} end
  if s.state ~= 'open' then return {'paused'} end
  local per = tonumber(s.per)
  if has + units > per then return {'toomany', int(per), int(has)} end
  local free, left = tonumber(s.free), tonumber(s.left)
  c = {id = id, item = item, shopper = shopper, units = units, minor = minor, till = 0, ceil = 0}
  if free >= units and left >= minor then
    return {'admitted', take_at_once(c, s, has, now)}
  end
  local no = hopeless(s, units, minor, now, looked == '1', gone)
  if no then return no end
  if tonumber(s.waiting) >= tonumber(s.line) then return {'soldout', int(math.max(free, 0)), '0'} end
  next_turn(c, true)
  join_line(c)
  return {'place', packed(c), int(number(c))}
end

function op.place(now, item, shopper, looked, gone)
  local s = standing(item)
  if not s.state then return {'lost'} end
  if not s.free then return {'item'} end
  local c = latest(item, shopper)
  if not c then return {'none'} end
  if c.state ~= 'waiting' then return already(c) end
  now = tonumber(now)
  if s.state == 'ended' or now >= s.ends then return {'ended'} end
  return hopeless(s, c.units, c.minor, now, looked == '1', gone) or {'place', packed(c), int(number(c))}
end

function op.lineup(now, item, id, shopper, units, minor)
  local s = standing(item)
  if not s.state then return {'lost'} end
  if not s.free then return {'item'} end
  local last, has = latest(item, shopper)
  if read(id) or (last and live(last)) or has + tonumber(units) > tonumber(s.per) then return {'0'} end
  local c = {id = id, item = item, shopper = shopper, units = tonumber(units), minor = tonumber(minor), till = 0,
             ceil = 0}
  next_turn(c, true)
  join_line(c)
  return {'1'}
end

function op.keep(id, item, shopper, till)
  local c, no = own(id, item, shopper)
  if no then return no end
  if c.state == 'admitted' then
    c.state, c.till = 'held', math.min(c.ceil, math.max(c.till, tonumber(till)))
    call('ZREM', DUE, id)
    call('ZADD', KEPT, int(c.till), id)
    write(c)
  end
  return {'claim', packed(c)}
end

function op.stretch(id, item, shopper, till)
  local c, no = own(id, item, shopper)
  if no then return no end
  if c.state == 'admitted' or c.state == 'held' then
    c.till = math.max(c.till, math.min(c.ceil, tonumber(till)))
    call('ZADD', c.state == 'held' and KEPT or DUE, int(c.till), id)
    write(c)
  end
  return {'claim', packed(c)}
end

function op.book(id, item, shopper, units, minor)
  local c, no = own(id, item, shopper)
  if no and no[1] ~= 'none' then return no end
  if not c then
    c = {id = id, item = item, shopper = shopper, units = tonumber(units), minor = tonumber(minor), till = 0, ceil = 0}
    next_turn(c)
    take(c, 'booked')
  elseif c.state == 'admitted' or c.state == 'held' then
    call('ZREM', DUE, id)
    call('ZREM', KEPT, id)
    add(c.item .. '|held', -c.units)
    add(c.item .. '|booked', c.units)
  elseif c.state ~= 'booked' then
    if c.state == 'waiting' then leave_line(c) end
    take(c, 'booked')
  end
  c.state = 'booked'
  write(c)
  return {'claim', packed(c)}
end

function op.release(id, item, shopper, now)
  local c, no = own(id, item, shopper)
  if no then return no end
  if c.state == 'waiting' then
    leave_line(c)
  elseif c.state == 'admitted' or c.state == 'held' or c.state == 'booked' then
    call('ZREM', DUE, id)
    call('ZREM', KEPT, id)
    give(c, c.state == 'booked' and 'booked' or 'held')
  else
    return {'claim', packed(c)}
  end
  local waited = c.state == 'waiting'
  c.state = 'released'
  write(c)
  if waited then told(c) end -- the database has it in line, and would put it there again
  pump(tonumber(now))
  return {'claim', packed(c)}
end

function op.sweep(now, limit)
  local ended = {'claims'}
  for _, id in ipairs(call('ZRANGEBYSCORE', DUE, '-inf', now, 'LIMIT', 0, limit)) do
    local c = read(id)
    call('ZREM', DUE, id)
    give(c, 'held')
    c.state = 'expired'
    write(c)
    ended[#ended + 1] = packed(c)
    pump(tonumber(now))
  end
  return ended
end

function op.overdue(now, limit)
  local late = {'claims'}
  for _, id in ipairs(call('ZRANGEBYSCORE', KEPT, '-inf', now, 'LIMIT', 0, limit)) do
    late[#late + 1] = call('HGET', BOOK, id)
  end
  return late
end

-- the operator's part: items come as id, units, per shopper, line limit
local function define(state, starts, ends, hold, ceil, shards, left, ...)
  local items, fields, list = {...}, {}, ''
  for n = 1, #items, 4 do
    local item = items[n]
    list = list .. item .. '|'
    for what, value in pairs({total = items[n + 1], free = items[n + 1], held = '0', booked = '0', waiting = '0',
                              per = items[n + 2], line = items[n + 3]}) do
      fields[#fields + 1] = item .. '|' .. what
      fields[#fields + 1] = value
    end
  end
  call('HSET', SALE, 'state', state, 'starts', starts, 'ends', ends, 'hold', hold, 'ceil', ceil, 'shards', shards,
       'wide', string.rep('-', 100), -- one long value, and the server keeps the hash as a table: no search at each field
       'allotment', left, 'left', left, 'turn', '0', 'gen', '', 'waiting', '0', 'items', list, unpack(fields))
end

function op.open(...)
  if call('EXISTS', SALE) == 0 then define(...) end
  return {'ok'}
end

function op.pump(now)
  pump(tonumber(now))
  return {'ok'}
end

function op.fresh(item)
  call('HDEL', SALE, item .. '|dry', item .. '|poor')
  return {'ok'}
end

function op.state(now, wanted)
  local state = call('HGET', SALE, 'state')
  if not state then return {'lost'} end
  if state == 'open' or state == 'paused' then call('HSET', SALE, 'state', wanted) end
  if wanted == 'open' then pump(tonumber(now)) end
  return {'ok'}
end

-- field: total/free of an item, or allotment/left of the sale; never takes what is not there; once for each ref
function op.change(now, ref, whole, part, amount)
  if call('EXISTS', SALE) == 0 then return {'lost'} end
  if not call('HGET', SALE, part) then return {'item'} end
  local done = call('HGET', MOVES, 'ref|' .. ref)
  if done then return {'changed', done} end
  local n = math.max(tonumber(amount), math.min(0, -figure(part)))
  add(whole, n)
  add(part, n)
  call('HSET', MOVES, 'ref|' .. ref, int(n))
  pump(tonumber(now))
  return {'changed', int(n)}
end

-- rebuilding: begin forgets and names who rebuilds, load adds claims, finish opens
function op.begin(ref, ...)
  call('DEL', BOOK, LINE, DUE, KEPT, STREAM, MOVES, SALE)
  define('rebuilding', ...)
  call('HSET', SALE, 'rebuild', ref, 'gen', ref)
  return {'ok'}
end

function op.load(ref, ...)
  if call('HGET', SALE, 'rebuild') ~= ref then return {'other'} end
  for _, text in ipairs({...}) do
    local id = string.match(text, '^[^|]*|([^|]*)|')
    if call('HEXISTS', BOOK, id) == 0 then
      call('HSET', BOOK, id, text)
      local c = read(id)
      if c.turn > figure('turn') then call('HSET', SALE, 'turn', int(c.turn)) end
      local known = call('HGET', BOOK, owner(c) .. '|id')
      if not known or read(known).turn < c.turn then call('HSET', BOOK, owner(c) .. '|id', id) end
      if live(c) then call('HSET', BOOK, owner(c) .. '|live', id) end
      if c.state == 'waiting' then
        call('ZADD', LINE, 0, ticket(c))
        add(c.item .. '|waiting', 1)
        add('waiting', 1)
      elseif live(c) or c.state == 'booked' then
        take(c, c.state == 'booked' and 'booked' or 'held')
        if c.state == 'admitted' then call('ZADD', DUE, int(c.till), id) end
        if c.state == 'held' then call('ZADD', KEPT, int(c.till), id) end
      end
    end
  end
  return {'ok'}
end

function op.finish(ref, now, state, ...)
  if call('HGET', SALE, 'rebuild') ~= ref then return {'other'} end
  call('HDEL', SALE, 'rebuild')
  call('HSET', SALE, 'state', state)
  for _, counted in ipairs({...}) do
    local name, amount = string.match(counted, '^(.*)=(.-)$')
    call('HSET', MOVES, 'ref|' .. name, amount)
  end
  pump(tonumber(now))
  return {'ok'}
end

-- between shards: what leaves here is noted until it has arrived there, so that a dead process loses nothing.
-- 'gen' is the last rebuilding: a move that was begun before it is forgotten, for all units were counted anew.
function op.send(now, to, item, units, minor)
  local free, left = figure(item .. '|free'), figure('left')
  local n, m = math.max(0, math.min(free, tonumber(units))), math.max(0, math.min(left, tonumber(minor)))
  if call('HGET', SALE, 'state') ~= 'open' or n + m == 0 then return {'nothing'} end
  add(item .. '|free', -n)
  add(item .. '|total', -n)
  add(item .. '|flying', n)
  add('left', -m)
  add('allotment', -m)
  local id = now .. '.' .. int(add('sent', 1))
  call('HSET', MOVES, 'out|' .. id, table.concat({to, item, int(n), int(m)}, '|'))
  return {'sent', id, call('HGET', SALE, 'gen'), int(n), int(m)}
end

function op.receive(now, gen, id, item, units, minor)
  if call('HGET', SALE, 'gen') ~= gen then return {'other'} end
  if call('HSETNX', MOVES, 'in|' .. id, 1) == 1 then
    add(item .. '|free', tonumber(units))
    add(item .. '|total', tonumber(units))
    add('left', tonumber(minor))
    add('allotment', tonumber(minor))
    call('HDEL', SALE, item .. '|dry', item .. '|poor')
    pump(tonumber(now))
  end
  return {'ok'}
end

function op.arrived(gen, id)
  if call('HGET', SALE, 'gen') ~= gen then return {'other'} end
  local text = call('HGET', MOVES, 'out|' .. id)
  if text then
    local item, n = string.match(text, '^[^|]*|([^|]*)|([^|]*)|')
    add(item .. '|flying', -tonumber(n))
    call('HDEL', MOVES, 'out|' .. id)
  end
  return {'ok'}
end

function op.flying()
  local found = {call('HGET', SALE, 'gen') or ''}
  local all = call('HGETALL', MOVES)
  for n = 1, #all, 2 do
    if string.sub(all[n], 1, 4) == 'out|' then
      found[#found + 1] = string.sub(all[n], 5)
      found[#found + 1] = all[n + 1]
    end
  end
  return found
end

redis.register_function('NAME', function(keys, args)
  local shard = keys[1]
  call = redis.call
  SALE, BOOK, LINE = shard .. 'sale', shard .. 'book', shard .. 'line'
  DUE, KEPT, STREAM, MOVES = shard .. 'due', shard .. 'kept', shard .. 'stream', shard .. 'moves'
  return table.concat(op[args[1]](unpack(args, 2)), '\n')
end)
