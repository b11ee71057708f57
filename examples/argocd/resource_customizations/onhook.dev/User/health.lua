-- Health of a User for Argo CD. The conditions follow kstatus: Healthy here is its Current,
-- Degraded its Failed, and what is InProgress there is Suspended while it waits for somebody, so
-- that it does not look stuck, and Progressing otherwise.
local hs = {}

local conditions = {}
if obj.status ~= nil and obj.status.conditions ~= nil then
  for _, condition in ipairs(obj.status.conditions) do
    conditions[condition.type] = condition
  end
end
local ready = conditions["Ready"]

-- Argo CD itself says "Pending deletion" of these, and asks no script.
if obj.metadata.deletionTimestamp ~= nil then
  hs.status = "Progressing"
  hs.message = ready ~= nil and "Being deleted. " .. ready.message or "Being deleted."
  return hs
end

if ready == nil then
  hs.status = "Progressing"
  hs.message = "Onhook has not looked at it yet."
  return hs
end

if obj.status.observedGeneration ~= nil and obj.status.observedGeneration ~= obj.metadata.generation then
  hs.status = "Progressing"
  hs.message = "Onhook has not looked at the last change yet."
  return hs
end

hs.message = ready.message

-- Blockers that nobody has to do anything about. Every other one waits for somebody.
local passing = {
  AccountBusy = true,
  AccountFailing = true,
  AccountNotCounted = true,
  AccountNotRead = true,
  AccountThrottled = true,
  AccountUnreachable = true,
  AgentBusy = true,
  AgentLoggingIn = true,
  DeletePreconditionUnmet = true,
  OperationFailed = true,
  RingGroupInconsistent = true,
  UserNameHeld = true,
}

local reconciling, stalled = conditions["Reconciling"], conditions["Stalled"]
if reconciling ~= nil and reconciling.status == "True" then
  hs.status = "Progressing"
  for _, blocker in ipairs(obj.status.blockers or {}) do
    if not passing[blocker.reason] then
      hs.status = "Suspended"
    end
  end
elseif stalled ~= nil and stalled.status == "True" then
  hs.status = "Degraded"
elseif ready.status == "True" then
  -- A wait for a set time is Ready too, reason Scheduled; the message says until when.
  hs.status = "Healthy"
else
  hs.status = "Progressing"
end
return hs
