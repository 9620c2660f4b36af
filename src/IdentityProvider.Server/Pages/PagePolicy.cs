namespace IdentityProvider.Server.Pages;

/// <summary>
/// A page's Content-Security-Policy: nothing but our stylesheet and our images, no script, no frame; and what one page needs beyond that.
/// <para>
/// About <c>form-action</c>: Chromium checks it not only where a form is sent but at every redirect that follows, to the last (measured with
/// Chromium 156: with <c>'self'</c> alone the sign-in dies silently at the redirect to the client, and with the client's origin added at the
/// client's own redirect to another host of theirs). So the pages that lead back to a client allow <c>https:</c>, and what their registered
/// redirect URI needs beyond it: its private-use scheme, or loopback. A form that some bug let in could still not be sent in the clear, to a
/// script, or to another scheme.
/// </para>
/// </summary>
internal sealed record PagePolicy
{
    private const string Common = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; img-src ";

    /// <summary>A page that sends nothing.</summary>
    public static PagePolicy Plain { get; } = new() { FormAction = "form-action 'none'" };

    /// <summary>A page of a person's account: its forms lead nowhere but to us, and a script of ours tells moments in the browser's time zone.</summary>
    public static PagePolicy Account => OwnForm.WithOwnScript;

    /// <summary>A page whose form leads nowhere but to us.</summary>
    public static PagePolicy OwnForm { get; } = new() { FormAction = "form-action 'self'" };

    /// <summary>The same, with a client's logo on it.</summary>
    public static PagePolicy OwnFormWith(string? logoUri) => OwnForm with { Images = OriginOf(logoUri) };

    /// <summary>The page that signs a browser out of apps: what it frames is of exactly these addresses' origins.</summary>
    public static PagePolicy Framing(IReadOnlyList<string> addresses) =>
        Plain with { Frames = [.. addresses.Select(OriginOf).OfType<string>().Distinct(StringComparer.Ordinal)], HasOwnScript = addresses.Count > 0 };

    /// <summary>The same with a script of ours, which is a file (<see cref="DesignFile"/>) and never in the page; it may ask us.</summary>
    public PagePolicy WithOwnScript => this with { HasOwnScript = true };

    /// <summary>The directive, or empty for no restriction.</summary>
    private string FormAction { get; init; } = "";

    /// <summary>The origin of a client's logo.</summary>
    private string? Images { get; init; }

    private IReadOnlyList<string> Frames { get; init; } = [];

    private string? ScriptNonce { get; init; }

    private bool HasOwnScript { get; init; }

    public string ReferrerPolicy { get; private init; } = "no-referrer";

    /// <summary>A page whose form leads, at last, to this registered address.</summary>
    /// <param name="redirectUri">The client's.</param>
    /// <param name="logoUri">The client's logo that the page shows, or null.</param>
    public static PagePolicy LeadingTo(string redirectUri, string? logoUri = null) =>
        new() { FormAction = $"form-action 'self' https:{SourcesOf(redirectUri)}", Images = OriginOf(logoUri) };

    /// <summary>A page of a person's account whose form leads to another provider; null for one that leads nowhere but to us.</summary>
    public static PagePolicy AccountLeadingTo(string? issuer) => issuer is null ? Account : LeadingTo(issuer).WithOwnScript;

    /// <summary>
    /// The page of response_mode=form_post, which holds nothing but our own form: its target is the client's, and so are the redirects after it,
    /// which is why it names no form-action. The one script is by nonce. The client may see by <c>Origin</c> who posts.
    /// </summary>
    public static PagePolicy FormPost(string scriptNonce) => new() { ScriptNonce = scriptNonce, ReferrerPolicy = "strict-origin" };

    public override string ToString() =>
        Common + "'self' data:" + (Images is null ? "" : " " + Images)
        + (HasOwnScript ? "; script-src 'self'; connect-src 'self'" : ScriptNonce is null ? "" : $"; script-src 'nonce-{ScriptNonce}'")
        + (Frames.Count == 0 ? "" : "; frame-src " + string.Join(' ', Frames))
        + (FormAction.Length == 0 ? "" : "; " + FormAction);

    // A host-source of CSP can't be an IPv6 literal, so that [::1] needs all of http, which is loopback alone by its registration.
    private static string SourcesOf(string redirectUri) => new Uri(redirectUri) switch
    {
        { Scheme: "https" } => "",
        { Scheme: "http", HostNameType: UriHostNameType.IPv6 } => " http:",
        { Scheme: "http" } => " http://localhost:* http://127.0.0.1:*",
        var custom => $" {custom.Scheme}:",
    };

    private static string? OriginOf(string? uri) =>
        Uri.TryCreate(uri, UriKind.Absolute, out var parsed) && parsed.Scheme is ("https" or "http") ? parsed.GetLeftPart(UriPartial.Authority) : null;
}
