-- One form, posted again and again. FORM and AUTHORIZATION come from the environment.
wrk.method = "POST"
wrk.body = os.getenv("FORM") or ""
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
if os.getenv("AUTHORIZATION") then wrk.headers["Authorization"] = os.getenv("AUTHORIZATION") end

