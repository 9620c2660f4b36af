using System.Collections.Frozen;
using System.Diagnostics;
using IdentityProvider.Protocol;
using Microsoft.AspNetCore.Http.Features;

namespace IdentityProvider.Server.Telemetry;

/// <summary>
/// What a request's span says: the framework makes it, and this names it. Only what has few values, and nothing of the address but the route: queries carry
/// codes, and paths of strangers anything.
/// </summary>
internal static class Spans
{
    /// <summary>The source of spans of our own, for work that a request waits for or that runs beside them.</summary>
    public static readonly ActivitySource Source = new(Measures.Name);

    private static readonly FrozenSet<string> Methods =
        new[] { HttpMethods.Get, HttpMethods.Head, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete, HttpMethods.Options }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Begins one where somebody collects them.</summary>
    /// <param name="name">What is done, with few values.</param>
    public static Activity? Begin(string name) => Source.StartActivity(name);

    /// <summary>The template of the endpoint's path; empty where there is none.</summary>
    public static string RouteOf(HttpContext http) => (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "";

    /// <summary>Notes why a request is refused.</summary>
    public static void Refuse(HttpContext http, Refusal refusal) => Of(http)?.SetTag("idp.refusal", refusal.ToString());

    /// <summary>Notes by which grant tokens are given: its name, once it is known to be one.</summary>
    public static void Grant(HttpContext http, string grantType) => Of(http)?.SetTag("idp.grant_type", grantType);

    /// <summary>Names the request's span when its answer is known.</summary>
    public static void Describe(HttpContext http)
    {
        if (Of(http) is not { } span)
            return;
        var (method, route) = (Methods.Contains(http.Request.Method) ? http.Request.Method : "_OTHER", RouteOf(http));
        span.DisplayName = route.Length == 0 ? method : $"{method} {route}";
        span.SetTag("http.request.method", method);
        span.SetTag("http.route", route.Length == 0 ? null : route);
        span.SetTag("http.response.status_code", http.Response.StatusCode);
        span.SetTag("idp.request_id", http.TraceIdentifier); // as the log and the answer have it
        if (http.Response.StatusCode >= StatusCodes.Status500InternalServerError)
            span.SetStatus(ActivityStatusCode.Error);
    }

    private static Activity? Of(HttpContext http) => http.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } span ? span : null;
}
