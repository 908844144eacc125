-- A board's rules, as meta keeps them in the field 'rules': a letter each for the operator (A add, B best, L latest),
-- the order (H highest first, L lowest first) and the ties (S shared, F first to reach). A board without the field has
-- AHS.
--
-- In the sorted set the better score is always the higher one: a board with the lowest first keeps scores negated. Where
-- ties go to the first to reach a score, a member is a stamp and the user id, and the hash `stamps` has each user's
-- stamp. A stamp is what the revision at which the score was reached lacks of MAX_SAFE, so an earlier one is higher.

local STAMP_LENGTH = 16

local function rules_of(text)
  text = text or 'AHS'
  return string.sub(text, 1, 1), string.sub(text, 2, 2) == 'L', string.sub(text, 3, 3) == 'F'
end

-- From a score to the form in which it is kept, and back. Subtracting makes no negative zero.
local function kept(score, is_negated)
  if is_negated then return 0 - score end
  return score
end

local function stamp_of(revision)
  return string.format('%016.0f', 9007199254740991 - revision)
end

-- A user's member of the sorted set; false where a stamped board has none.
local function member_of(user, is_stamped, stamps_key)
  if not is_stamped then return user end
  local stamp = redis.call('HGET', stamps_key, user)
  return stamp and stamp .. user
end
