using System.Text.RegularExpressions;
using IdentityProvider.Protocol;
using IdentityProvider.Server.Pages;
using IdentityProvider.Server.Tests.Architecture;

namespace IdentityProvider.Server.Tests.Pages;

/// <summary>Every word that a person reads comes from the resource files, and a reader changes the language on the page itself.</summary>
public sealed partial class WordsTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    // What is written in every language the same: an example of a code, what separates two things.
    private static readonly string[] SameEverywhere = ["BCDF-GHJK", "·", "+", ":", ".", "…"];

    public static TheoryData<string> Components() => [.. Tree.SourceFiles("src/IdentityProvider.Server/Pages").Where(f => f.EndsWith(".razor", StringComparison.Ordinal) && !f.EndsWith("/LoginPage.razor", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Components))]
    public void No_page_has_words_of_its_own(string file)
    {
        var words = Markup(Tree.Read(file));
        Assert.DoesNotContain(words, text => Letters.IsMatch(text) && !SameEverywhere.Contains(text.Trim()));
    }

    [Fact]
    public void What_a_page_of_words_of_its_own_would_look_like_is_seen()
    {
        Assert.Contains(Markup("<p class=\"lead\">Hello <strong>@name</strong>!</p>"), text => text.Contains("Hello", StringComparison.Ordinal));
        Assert.Contains(Markup("<input placeholder=\"Your name\">"), text => text.Contains("Your name", StringComparison.Ordinal));
        Assert.DoesNotContain(Markup("<p>@T[\"Home.Lead\"]</p>@if (Model.X is { } y)\n{\n    <b>@y.Name</b>\n}\n"), text => Letters.IsMatch(text));
    }

    [Fact]
    public async Task A_reader_chooses_a_language_on_the_page_and_keeps_it()
    {
        using var browser = new Browser(fixture.Server);
        var client = await fixture.Server.AddClientAsync();
        var login = await browser.OpenAsync(client.Request("ui_locales=fr"));
        Assert.Contains("<html lang=\"fr\" dir=\"ltr\">", login.Html, StringComparison.Ordinal);

        var arabic = await browser.OpenAsync(login.Path.Split('?')[0] + LinkTo(login, "ar"));
        Assert.Contains("<html lang=\"ar\" dir=\"rtl\">", arabic.Html, StringComparison.Ordinal);
        Assert.Equal(login.Fields["resume"], arabic.Fields["resume"]);
        Assert.Contains("<html lang=\"ar\"", (await browser.OpenAsync("/")).Html, StringComparison.Ordinal);

        // Also on the answer to a form, which has no query.
        var refused = await browser.SubmitAsync(arabic, ("username", "nobody"), ("password", "not it"));
        var english = await browser.OpenAsync(refused.Path.Split('?')[0] + LinkTo(refused, "en"));
        Assert.Contains("<html lang=\"en\"", english.Html, StringComparison.Ordinal);
        Assert.Equal(login.Fields["resume"], english.Fields["resume"]);
    }

    [Theory]
    [InlineData("/?language=https%3A%2F%2Fevil.example", "")]
    [InlineData("/?language=xx&language=de", "")]
    [InlineData("/?next=%2F%2Fevil.example&language=de", "?language=fr")]
    [InlineData("/?resume=%22%3E%3Cscript%3E", "?resume=%22%3E%3Cscript%3E&amp;language=fr")]
    public async Task A_choice_of_language_leads_to_this_page_and_nowhere_else(string path, string link)
    {
        using var browser = new Browser(fixture.Server);
        var page = await browser.OpenAsync(path);
        Assert.DoesNotContain("evil", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page.Html, StringComparison.Ordinal);
        Assert.All(Links.Matches(page.Html), match => Assert.StartsWith("?", match.Groups[1].Value, StringComparison.Ordinal));
        Assert.Contains($"href=\"{(link.Length == 0 ? "?language=fr" : link)}\"", page.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/html", "There is no such page")]
    [InlineData("application/json", "")]
    public async Task An_address_that_leads_nowhere_is_told_to_people(string accept, string heading)
    {
        using var http = fixture.Server.NewBrowser();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/no-such-page");
        request.Headers.Add("Accept", accept);
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, response.StatusCode);
        var html = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains(heading, html, StringComparison.Ordinal);
        Assert.Equal(heading.Length == 0, html.Length == 0);
    }

    [Fact]
    public void Every_refusal_has_words_for_a_person()
    {
        var texts = new Texts();
        foreach (var reason in Enum.GetValues<Refusal>())
        {
            var words = ErrorPages.WordsOf(reason);
            Assert.All([words.Title, words.Text, words.Advice, .. words.Link is var (link, _) ? [link] : Array.Empty<string>()], key => Assert.NotEmpty(texts[key]));
        }
    }

    private static string LinkTo(Page page, string language) =>
        System.Net.WebUtility.HtmlDecode(Links.Matches(page.Html).Select(match => match.Groups[1].Value).Single(link => link.EndsWith("language=" + language, StringComparison.Ordinal)));

    /// <summary>What of a component is neither code nor markup: its texts, and those of attributes that are read out.</summary>
    private static IEnumerable<string> Markup(string razor)
    {
        var markup = Comment.Replace(razor, "");
        var code = markup.IndexOf("@code {", StringComparison.Ordinal);
        markup = code < 0 ? markup : markup[..code];
        var spoken = Spoken.Matches(markup).Select(match => match.Groups[1].Value);

        // Lines of C# between the markup, and expressions within it.
        markup = string.Join('\n', markup.Split('\n').Where(line => !CodeLine.IsMatch(line)));
        for (var before = ""; before != markup;)
        {
            before = markup;
            markup = Parenthesis.Replace(markup, "");
        }

        markup = Expression.Replace(Branch.Replace(Tag.Replace(Quoted.Replace(markup, ""), "\u0001"), ""), "");
        return markup.Split('\u0001', '\n').Concat(spoken).Select(text => text.Trim()).Where(text => text.Length > 0);
    }

    [GeneratedRegex("""href="([^"]*language=[a-z]+)""")]
    private static partial Regex Links { get; }

    [GeneratedRegex(@"\p{L}{2}")]
    private static partial Regex Letters { get; }

    [GeneratedRegex(@"@\*.*?\*@|<script.*?</script>", RegexOptions.Singleline)]
    private static partial Regex Comment { get; }

    [GeneratedRegex("""\b(?:placeholder|title|Title|alt|aria-label)="([^"@][^"]*)""")]
    private static partial Regex Spoken { get; }

    [GeneratedRegex(@"^\s*(@using|@inherits|@inject|@if|@else|else|@foreach|@for|@switch|case |break;|default:|var |\{|\}|//)")]
    private static partial Regex CodeLine { get; }

    [GeneratedRegex(@"\([^()]*\)|\[[^\[\]]*\]")]
    private static partial Regex Parenthesis { get; }

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Quoted { get; }

    [GeneratedRegex(@"</?[A-Za-z!][^<>]*>")]
    private static partial Regex Tag { get; }

    [GeneratedRegex(@"@(?:if|foreach|for|else)\b|\belse(?: if)?\b")]
    private static partial Regex Branch { get; }

    [GeneratedRegex(@"@[A-Za-z_][\w.!?]*|&#?\w+;")]
    private static partial Regex Expression { get; }
}
