/**
 * What is done in Redis in one step. Under each key lies either
 *   {"epoch":"…","life":60000,"until":1764000000000,"value":{…}}  a value; void where the epoch is not that of the kind
 *   {"dropped":17}                                                   a mark: what was read before change 17 is old
 * and a hash a kind holds the number of the last change (`change`) and the `epoch`, a random word: where Redis is
 * flushed, both are gone, and nothing that was read before is taken afterwards.
 */

/** As long as a reader may take from its first question to Redis until it hands in what it read. */
export const longestReadMs = 4_000
/** Marks live longer, so that every reader who may have read before them finds them. */
export const markLifeMs = 3 * longestReadMs

const opened = `
local epoch = redis.call('HGET', KEYS[1], 'epoch')
local function isValue(text)
  return text and epoch and string.sub(text, 1, #epoch + 12) == '{"epoch":"' .. epoch .. '",'
end
`

/**
 * Hands in what was read. KEYS: the hash, then keys. ARGV: epoch, change and time (ms) when reading began; then a life
 * and a text for each key. A value that is there already stays: it was handed in or written later.
 */
export const fillScript = `${opened}
if not epoch or epoch ~= ARGV[1] then return 0 end
local time = redis.call('TIME')
if math.abs(time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[3]) > ${longestReadMs} then return 0 end
for i = 2, #KEYS do
  local was = redis.call('GET', KEYS[i])
  local dropped = was and string.match(was, '^{"dropped":(%d+)}$')
  if not isValue(was) and not (dropped and tonumber(dropped) > tonumber(ARGV[2])) then
    redis.call('SET', KEYS[i], ARGV[2 * i + 1], 'PX', ARGV[2 * i])
  end
end
return 1
`

/**
 * Tells of a change. KEYS: the hash, then keys. ARGV: now (ms, of whoever tells); then for each key an instant, 1 where
 * it is new, and the value as JSON, '' for an unconditional drop. The rules are those of cache-copies.ts.
 */
export const tellScript = `${opened}
local change = redis.call('HINCRBY', KEYS[1], 'change', 1)
local mark = '{"dropped":' .. string.format('%d', change) .. '}'
for i = 2, #KEYS do
  local at, isNew, text = tonumber(ARGV[3 * i - 4]), ARGV[3 * i - 3], ARGV[3 * i - 2]
  local was = text ~= '' and redis.call('GET', KEYS[i])
  local stays, life = false, nil
  if isValue(was) then
    local heldLife, held = string.match(was, '"life":(%d+),"until":%d+,"value":(.*)}$')
    local heldAt = tonumber(string.match(held, '^{"at":(-?%d+)') or '-inf') or -math.huge
    stays = heldAt > at or held == text
    if isNew == '1' and heldAt < at then life = heldLife end
  end
  if life then
    local now = string.format('%.0f', tonumber(ARGV[1]) + tonumber(life))
    redis.call('SET', KEYS[i], '{"epoch":"' .. epoch .. '","life":' .. life .. ',"until":' .. now .. ',"value":' .. text .. '}',
      'PX', life)
  elseif not stays then
    redis.call('SET', KEYS[i], mark, 'PX', ${markLifeMs})
  end
end
return change
`
