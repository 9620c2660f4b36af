-- Wrong sign-ins at the URL, each under another name, by connections that wait EVERY milliseconds between two. FORM_TOKEN and COOKIE are of a form that was opened.
local every = tonumber(os.getenv("EVERY"))
local headers = { ["Content-Type"] = "application/x-www-form-urlencoded", ["Cookie"] = os.getenv("COOKIE") }
local prefix = "__RequestVerificationToken=" .. os.getenv("FORM_TOKEN") .. "&password=not+the+one+at+all&username=flood-"
local sent = 0

delay = function() return every end

request = function()
  sent = sent + 1
  return wrk.format("POST", nil, headers, prefix .. sent)
end
