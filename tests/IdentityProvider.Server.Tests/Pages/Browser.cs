using System.Net;
using System.Text.RegularExpressions;

namespace IdentityProvider.Server.Tests.Pages;

/// <summary>A person's browser without a screen: keeps cookies, follows redirects within the server, reads forms and sends them.</summary>
public sealed class Browser(TestServer server, bool keepsCookies = true, string? userAgent = null, string? forwardedFor = null) : IDisposable
{
    private readonly HttpClient _http = keepsCookies
        ? server.NewBrowser()
        : new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = server.Address };

    /// <summary>What the last answers set, by name, with all attributes.</summary>
    public Dictionary<string, string> SetCookies { get; } = new(StringComparer.Ordinal);

    public void Dispose() => _http.Dispose();

    /// <summary>Goes to an address and on to where it leads, as long as that is the server's.</summary>
    public async Task<Page> OpenAsync(string path) => await FollowAsync(await SendAsync(HttpMethod.Get, path, null));

    /// <summary>One request, without following.</summary>
    public async Task<Page> SendAsync(HttpMethod method, string path, IEnumerable<KeyValuePair<string, string>>? form, string? cookie = null)
    {
        using var content = form is null ? null : new FormUrlEncodedContent(form);
        return await SendAsync(method, path, content, cookie);
    }

    /// <summary>A form that may hold a file, as a browser sends one (RFC 7578).</summary>
    /// <param name="path">Where it goes.</param>
    /// <param name="form">Its fields.</param>
    /// <param name="file">The file's field, and what is in it.</param>
    public async Task<Page> UploadAsync(string path, IEnumerable<KeyValuePair<string, string>> form, (string Field, byte[] Content) file)
    {
        using var content = new MultipartFormDataContent();
        foreach (var (name, value) in form)
            content.Add(new StringContent(value), $"\"{name}\"");
        content.Add(new ByteArrayContent(file.Content), $"\"{file.Field}\"", "\"file.json\"");
        return await SendAsync(HttpMethod.Post, path, content, cookie: null);
    }

    private async Task<Page> SendAsync(HttpMethod method, string path, HttpContent? content, string? cookie)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (userAgent is not null)
            request.Headers.Add("User-Agent", userAgent);
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);
        if (forwardedFor is not null)
            request.Headers.Add("X-Forwarded-For", forwardedFor);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        if (response.Headers.TryGetValues("Set-Cookie", out var cookies))
        {
            foreach (var set in cookies)
                SetCookies[set.Split('=', 2)[0]] = set;
        }

        return new Page(path, response.StatusCode, response.Headers, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Sends the page's first form as it is filled in, but for the values given.</summary>
    public async Task<Page> SubmitAsync(Page page, params (string Name, string Value)[] values) =>
        await FollowAsync(await SubmitOnceAsync(page, values));

    /// <summary>The same without following.</summary>
    public Task<Page> SubmitOnceAsync(Page page, params (string Name, string Value)[] values)
    {
        var fields = page.Fields;
        foreach (var (name, value) in values)
            fields[name] = value;
        return SendAsync(HttpMethod.Post, page.Action, fields);
    }

    public Task<Page> SignInAsync(Page loginPage, string username, string password = Person.Password) =>
        SubmitAsync(loginPage, ("username", username), ("password", password));

    private async Task<Page> FollowAsync(Page page)
    {
        for (var hops = 0; hops < 10 && page.Location is { } location && location.StartsWith('/'); hops++)
            page = await SendAsync(HttpMethod.Get, location, null);
        return page;
    }
}

/// <summary>An answer as a browser sees it.</summary>
public sealed partial record Page(string Path, HttpStatusCode Status, System.Net.Http.Headers.HttpResponseHeaders Headers, string Html)
{
    public string? Location => Headers.Location?.OriginalString;

    /// <summary>The redirect to the client: its query.</summary>
    public IReadOnlyDictionary<string, string> Answer
    {
        get
        {
            Assert.NotNull(Location);
            Assert.Contains('?', Location);
            return Location[(Location.IndexOf('?', StringComparison.Ordinal) + 1)..].Split('&').Select(p => p.Split('=', 2))
                .ToDictionary(p => Uri.UnescapeDataString(p[0]), p => Uri.UnescapeDataString(p[1]), StringComparer.Ordinal);
        }
    }

    /// <summary>As if the page had but the one form that has this in it.</summary>
    public Page FormWith(string text) =>
        this with { Html = Html.Split("<form ").Skip(1).Select(f => "<form " + f[..f.IndexOf("</form>", StringComparison.Ordinal)]).Single(f => f.Contains(text, StringComparison.Ordinal)) };

    public string Heading => WebUtility.HtmlDecode(Tag().Replace(H1().Match(Html).Groups[1].Value, "")).Trim();

    public string Text => Space().Replace(WebUtility.HtmlDecode(Tag().Replace(Html, " ")), " ");

    public string Action => WebUtility.HtmlDecode(Form().Match(Html).Groups[1].Value);

    /// <summary>What the page's first form sends without anybody's doing.</summary>
    public Dictionary<string, string> Fields =>
        Hidden().Matches(FirstForm).ToDictionary(m => m.Groups[1].Value, m => WebUtility.HtmlDecode(m.Groups[2].Value), StringComparer.Ordinal);

    /// <summary>What a browser sends of the page's first form where nobody touches it: all that stands in its fields, and the boxes that are ticked.</summary>
    public Dictionary<string, string> Filled
    {
        get
        {
            var filled = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (Match part in Field().Matches(FirstForm))
            {
                var attributes = Attribute().Matches(part.Groups["attributes"].Value).ToDictionary(match => match.Groups[1].Value, match => WebUtility.HtmlDecode(match.Groups[3].Value), StringComparer.Ordinal);
                if (!attributes.TryGetValue("name", out var name) || (attributes.GetValueOrDefault("type") == "checkbox" && !attributes.ContainsKey("checked")))
                    continue;
                filled[name] = part.Groups["tag"].Value switch
                {
                    "select" => WebUtility.HtmlDecode((Chosen().Match(part.Groups["inner"].Value) is { Success: true } chosen ? chosen : Option().Match(part.Groups["inner"].Value)).Groups[1].Value),
                    "textarea" => WebUtility.HtmlDecode(part.Groups["inner"].Value).ReplaceLineEndings("\r\n"),
                    _ => attributes.GetValueOrDefault("value", ""),
                };
            }

            return filled;
        }
    }

    private string FirstForm => Html[Math.Max(0, Form().Match(Html).Index)..].Split("</form>")[0];

    public string Header(string name) => Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : "";

    /// <summary>What differs between two showings of the same page.</summary>
    public string WithoutTokens => Tokens().Replace(Html, "value=\"…\"");

    [GeneratedRegex("""<h1[^>]*>(.*?)</h1>""", RegexOptions.Singleline)]
    private static partial Regex H1();

    [GeneratedRegex("<[^>]+>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex("""<form method="post" action="([^"]*)"[^>]*>""")]
    private static partial Regex Form();

    [GeneratedRegex("""<input type="hidden" name="([^"]+)" value="([^"]*)"[^>]*>""")]
    private static partial Regex Hidden();

    [GeneratedRegex("""<(?<tag>input)(?<attributes>[^>]*)>|<(?<tag>textarea|select)(?<attributes>[^>]*)>(?<inner>.*?)</\k<tag>>""", RegexOptions.Singleline)]
    private static partial Regex Field();

    [GeneratedRegex("""([a-z-]+)(="([^"]*)")?""")]
    private static partial Regex Attribute();

    [GeneratedRegex("""<option value="([^"]*)" selected""")]
    private static partial Regex Chosen();

    [GeneratedRegex("<option value=\"([^\"]*)\"")]
    private static partial Regex Option();

    [GeneratedRegex("value=\"[A-Za-z0-9_-]{60,}\"")]
    private static partial Regex Tokens();
}
