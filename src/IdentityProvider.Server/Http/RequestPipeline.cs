using IdentityProvider.Protocol;
using IdentityProvider.Server.Background;
using IdentityProvider.Server.Pages;
using IdentityProvider.Server.Telemetry;

namespace IdentityProvider.Server.Http;

/// <summary>What every request passes through: a request id in the answer, headers that browsers obey, and no exception text outside the log.</summary>
public static class RequestPipeline
{
    public const string RequestIdHeader = "X-Request-Id";

    public static void UseRequestPipeline(this IApplicationBuilder app, Settings settings)
    {
        var issuer = new PathString(settings.PathBase);
        var pace = app.ApplicationServices.GetRequiredService<Pace>();
        var drain = app.ApplicationServices.GetRequiredService<Drain>();
        app.Use(next => http =>
        {
            if (drain.IsUnderWay)
                http.Response.Headers.Connection = "close"; // the next request had better find another node
            return HandleAsync(http, next, settings, issuer, pace);
        });
        app.UseRouting(); // by the path below the issuer's
    }

    private static Task HandleAsync(HttpContext http, RequestDelegate next, Settings settings, PathString issuer, Pace pace)
    {
        var headers = http.Response.Headers;
        headers[RequestIdHeader] = http.TraceIdentifier;
        headers.XContentTypeOptions = "nosniff";
        if (settings.IsHttps)
        {
            headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";

            // TLS may end at a proxy; what browsers speak is the issuer's scheme, and Secure cookies depend on it.
            http.Request.Scheme = "https";
        }

        if (IssuerPath.TryEnter(http, issuer))
            return AnswerFailuresAsync(next, http, pace);
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    /// <summary>
    /// A caller that goes away is nobody's failure; what Kestrel refuses to read is the caller's; anything else is a bug or an outage and is
    /// logged with its exception.
    /// </summary>
    private static async Task AnswerFailuresAsync(RequestDelegate next, HttpContext http, Pace pace)
    {
        var started = pace.Start();
        try
        {
            await next(http);
            if (http.GetEndpoint() is null && http.Response is { HasStarted: false, StatusCode: StatusCodes.Status404NotFound } && IsAPerson(http))
                await ErrorPages.NotFoundAsync(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
        }
        catch (BadHttpRequestException e) when (!http.Response.HasStarted)
        {
            var refusal = e.StatusCode == StatusCodes.Status413PayloadTooLarge ? Refusal.BodyTooLarge : Refusal.ParameterMalformed;
            await OAuthResults.RefuseAsync(http, refusal);
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            Log.RequestFailed(OAuthResults.Logger(http), e);
            http.Response.Headers.RetryAfter = "5";
            if (IsAPerson(http))
                await ErrorPages.FailAsync(http);
            else
                await OAuthResults.WriteJsonAsync(http, ServerError, StatusCodes.Status500InternalServerError);
        }
        finally
        {
            pace.Note(http.Request.Path.Value, started);
            Spans.Describe(http);
        }
    }

    // Browsers ask for HTML where a person will see the answer; programs don't.
    private static bool IsAPerson(HttpContext http) => http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal);

    /// <summary>RFC 6749 §4.1.2.1's <c>server_error</c>.</summary>
    private static ReadOnlyMemory<byte> ServerError { get; } =
        """{"error":"server_error","error_description":"The server failed. The request id says more to its operator."}"""u8.ToArray();
}
