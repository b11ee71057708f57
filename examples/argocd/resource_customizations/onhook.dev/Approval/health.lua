-- Health of an Approval for Argo CD. The conditions follow kstatus: Healthy here is its Current,
-- Degraded its Failed, and what is InProgress there is Suspended: nothing is done for it; it
-- waits for a list, or for a second person.
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

local reconciling, stalled = conditions["Reconciling"], conditions["Stalled"]
if reconciling ~= nil and reconciling.status == "True" then
  hs.status = "Suspended"
elseif stalled ~= nil and stalled.status == "True" then
  hs.status = "Degraded"
elseif ready.status == "True" then
  hs.status = "Healthy"
else
  hs.status = "Progressing"
end
return hs
