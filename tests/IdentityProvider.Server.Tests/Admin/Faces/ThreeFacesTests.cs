using System.Net;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Background;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Admin.Faces;

/// <summary>
/// One set of operations has three faces: what is done to a thing by command is done to a second one by the Admin API and to a third one in the console,
/// and each step changes the same of all that is stored, the audit's lines too. What one shows all show, and what one refuses all refuse in its words.
/// </summary>
public sealed class ThreeFacesTests(ThreeFaces faces) : IClassFixture<ThreeFaces>
{
    public static IEnumerable<TheoryDataRow<string>> Told => Inventory.Stories.Select(story => new TheoryDataRow<string>(story.Name));

    /// <summary>How often what moves by itself is looked at anew.</summary>
    private const int MostMoves = 10;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Told))]
    public async Task Each_step_changes_the_same_by_each_face(string name)
    {
        foreach (var face in faces.All)
            face.Forget();
        foreach (var part in Inventory.Stories.Single(story => story.Name == name).Parts)
        {
            if (part is Step step)
                await TellAsync(step);
            else
            {
                foreach (var face in faces.All)
                    await ((Given)part).Do(face);
            }
        }
    }

    [Fact]
    public async Task What_one_face_shows_all_show()
    {
        var reader = await ReaderAsync();
        await faces.Server.Get<AuditChaining>().WriteAsync(alsoOpen: true, Cancellation);
        var wrong = new List<string>();
        foreach (var reading in Readings.All)
        {
            var (told, found) = await CompareAsync(reader, reading);
            for (var again = 0; reading.Moves && again < MostMoves && await ToldAsync(reader, reading) is var now && !JsonNode.DeepEquals(told, now); again++)
                (told, found) = await CompareAsync(reader, reading);
            wrong.AddRange(found);
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static async Task<(JsonNode Told, List<string> Wrong)> CompareAsync(Face reader, Reading reading)
    {
        var (told, wrong) = (await ToldAsync(reader, reading), new List<string>());
        if (reading.Command is { } words)
        {
            var byCommand = reading.IsLines ? Lines((await reader.RunAsync(words(reader))).StandardOutput) : await reader.DoneAsync(words(reader));
            byCommand = reading.OfCommand?.Invoke(byCommand, reader) ?? byCommand;
            if (!JsonNode.DeepEquals(told, byCommand))
                wrong.Add($"{reading.Operation}: {told.ToJsonString()}\n by command: {byCommand.ToJsonString()}");
        }

        if (reading.Page is not null || reading.Forms is not null)
            wrong.AddRange(await ShownAsync(reader, reading, told));
        return (told, wrong);
    }

    private static async Task<JsonNode> ToldAsync(Face reader, Reading reading)
    {
        var answer = await reader.CallAsync(reading.Operation, reading.Api(reader));
        Assert.True(answer.Status == HttpStatusCode.OK, $"{reading.Operation}: {answer.Text}");
        if (reading.IsLines)
            return Lines(answer.Text);
        var document = JsonNode.Parse(answer.Text)!;
        return document["items"] is JsonArray all && document["more"] is null ? all : document;
    }

    private static JsonArray Lines(string text) => new([.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line))]);

    [Fact]
    public async Task A_list_goes_on_where_it_ended_by_each_face()
    {
        await using (var scope = faces.Server.Services.CreateAsyncScope())
        {
            var (me, services) = (Actor.Command("me"), scope.ServiceProvider);
            for (var i = 0; i < 52; i++)
            {
                var name = $"{(i % 2 == 0 ? "Row" : "row")}-{i:D2}";
                Done(await services.GetRequiredService<RoleOperations>().CreateAsync(me, name, requireMfa: false));
                Done(await services.GetRequiredService<GroupOperations>().CreateAsync(me, name, [], Cancellation));
                Done(await services.GetRequiredService<ClientOperations>().CreateAsync(me, new ClientMetadata { ClientId = name, RedirectUris = ["https://row.example/cb"] }, Cancellation));
            }
        }

        foreach (var (operation, noun, member) in new[] { ("listRoles", "roles", "role"), ("listGroups", "groups", "group"), ("listClients", "clients", "client_id") })
        {
            var (byApi, byCommand) = (new List<string>(), new List<string>());
            string? cursor = null;
            do
            {
                var page = JsonNode.Parse((await faces.ByApi.CallAsync(operation, cursor is null ? Call.Of(("limit", "20")) : Call.Of(("limit", "20"), ("cursor", cursor)))).Text)!;
                byApi.AddRange(page["items"]!.AsArray().Select(item => (string)item![member]!));
                cursor = (string?)page["next_cursor"];
            }
            while (cursor is not null);
            for (var more = true; more;)
            {
                var page = (await faces.Command.DoneAsync([noun, "list", "--limit", "20", .. (byCommand.Count > 0 ? (string[])["--after", byCommand[^1]] : [])])).AsArray();
                byCommand.AddRange(page.Select(item => (string)item![member]!));
                more = page.Count == 20;
            }

            Assert.True(byApi.Count >= 52);
            Assert.Equal(byApi, byCommand);
            var rows = await RowsAsync(faces.Console, "/" + noun, null);
            Assert.Equal(byApi.Count, rows.Count);
            Assert.All(byApi.Zip(rows), pair => Assert.Contains($"/{noun}/{Uri.EscapeDataString(pair.First)}\"", pair.Second, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_mistake_is_refused_by_each_face_in_the_same_words_and_changes_nothing()
    {
        var reader = await ReaderAsync();
        var wrong = new List<string>();
        foreach (var mistake in Mistakes.All)
        {
            var before = await faces.StoredAsync();
            var answer = await reader.CallAsync(mistake.Operation, mistake.Api(reader));
            var (said, member) = ((string)JsonNode.Parse(answer.Text)!["detail"]!, (string?)JsonNode.Parse(answer.Text)!["errors"]?[0]?["pointer"]);
            var what = $"{mistake.Operation} {mistake.Member}";
            if ((int)answer.Status is < 400 or >= 500 || member != "/" + mistake.Member || !said.StartsWith(mistake.Member + ": ", StringComparison.Ordinal))
                wrong.Add($"{what} by the API: {(int)answer.Status} {answer.Text}");
            if (mistake.Command is { } words && await reader.RunAsync(words(reader)) is var run && (run.ExitCode != 1 || run.StandardError.TrimEnd('\n') != said))
                wrong.Add($"{what} by command: {run.ExitCode} {run.StandardError}, not {said}");
            if (mistake.Console is { } forms && await reader.SubmitAsync(forms(reader)) is var page
                && ((int)page.Status is < 400 or >= 500 || !page.Text.Contains(said[(mistake.Member.Length + 2)..], StringComparison.Ordinal)
                    || !(page.Html.Contains($"id=\"{mistake.Member}-mistake\"", StringComparison.Ordinal) || page.Html.Contains($"<strong>{mistake.Member}</strong>", StringComparison.Ordinal))))
                wrong.Add($"{what} in the console: {(int)page.Status} {page.Text}, not {said}");
            wrong.AddRange(before.ChangesTo(await faces.StoredAsync(), reader).Select(change => $"{what} changed {change}"));
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    // Each operation of the API that writes something anew, with what reads it: what was read before somebody else's change is refused.
    [Fact]
    public async Task Whoever_changes_what_they_read_too_long_ago_is_refused_and_nothing_is_lost()
    {
        var reader = await ReaderAsync();
        var steps = Inventory.Stories.SelectMany(story => story.Parts).OfType<Step>().Where(step => step.Api(Face.Any).ReadBy is not null).ToLookup(step => step.Operation);
        var bodies = new Dictionary<string, (Call Of, string First, string Second)>
        {
            ["replaceClient"] = (Call.Of(("client_id", reader.Of("shop"))), """{"client_name":"One","redirect_uris":["https://one.example/cb"]}""", """{"client_name":"Two","redirect_uris":["https://two.example/cb"]}"""),
            ["replaceResource"] = (Call.Of(("identifier", "https://reader.example")), """{"name":"One","scopes":["a.read"]}""", """{"name":"Two","scopes":["a.read"]}"""),
            ["replaceRole"] = (Call.Of(("role", reader.Of("teller"))), """{"require_mfa":true}""", """{"require_mfa":false}"""),
            ["replaceUpstream"] = (Call.Of(("name", reader.Of("work"))), """{"client_id":"us","label":"One"}""", """{"client_id":"us","label":"Two"}"""),
            ["changeUser"] = (Call.Of(("sub", reader["sub"])), """{"claims":{"nickname":"One"}}""", """{"claims":{"nickname":"Two"}}"""),
        };
        // What is applied must match a plan, and no thing that was read.
        Assert.Equal(Server.Admin.Api.AdminApiSetup.Routes.Where(route => route.NeedsMatch && !route.Path.EndsWith("/apply", StringComparison.Ordinal)).Select(route => route.Name).Order(), bodies.Keys.Order());
        Assert.Empty(bodies.Keys.Except(steps.Select(step => step.Key)));
        foreach (var (operation, (of, first, second)) in bodies)
        {
            var read = await reader.CallAsync(steps[operation].First().Api(Face.Any).ReadBy!, of);
            var tag = read.Message.Headers.ETag!.ToString();
            Assert.Equal(HttpStatusCode.OK, (await reader.CallAsync(operation, Named(tag, first))).Status);
            var standing = await faces.StoredAsync();

            var late = await reader.CallAsync(operation, Named(tag, second));
            Assert.True(late.Status == HttpStatusCode.PreconditionFailed, $"{operation}: {(int)late.Status} {late.Text}");
            Assert.Equal(HttpStatusCode.PreconditionRequired, (await reader.CallAsync(operation, of with { Body = second })).Status);
            Assert.Equal(HttpStatusCode.PreconditionFailed, (await reader.CallAsync(operation, Named("W/" + tag, second))).Status);
            Assert.Empty(standing.ChangesTo(await faces.StoredAsync(), reader));

            Call Named(string version, string body) => new(new(of.Named!) { ["If-Match"] = version }, body);
        }
    }

    private async Task TellAsync(Step step)
    {
        var told = new List<(Face Face, IReadOnlyList<string> Changes)>();
        foreach (var face in faces.All)
        {
            var before = await faces.StoredAsync();
            if (!await DoAsync(step, face))
            {
                // The story goes on from the same for all.
                await faces.ByApi.CallAsync(step.Operation, step.Api(face));
                continue;
            }

            var changes = before.ChangesTo(await faces.StoredAsync(), face);
            Assert.True(changes.Count > 0, $"{step.Operation} by {face.Name} changed nothing.");
            told.Add((face, changes));
        }

        foreach (var (face, changes) in told.Skip(1))
        {
            Assert.True(
                told[0].Changes.SequenceEqual(changes),
                $"{step.Operation} {told[0].Face.Name} alone:\n{string.Join('\n', told[0].Changes.Except(changes))}\n{face.Name} alone:\n{string.Join('\n', changes.Except(told[0].Changes))}");
        }
    }

    private async Task<bool> DoAsync(Step step, Face face)
    {
        if (face == faces.ByApi)
        {
            var answer = await face.CallAsync(step.Operation, step.Api(face));
            Assert.True(answer.Message.IsSuccessStatusCode, $"{step.Operation}: {(int)answer.Status} {answer.Text}");
        }
        else if (face == faces.Command && step.Command is { } words)
            await face.DoneAsync(words(face));
        else if (face == faces.Console && step.Console is { } forms)
        {
            var page = await face.SubmitAsync(forms(face));
            Assert.True(page.Status == HttpStatusCode.OK, $"{step.Operation}: {page.Status} {page.Text}");
        }
        else
            return false;
        return true;
    }

    // What the page shows of what the API tells: of a list each in its row.
    private static async Task<IEnumerable<string>> ShownAsync(Face reader, Reading reading, JsonNode told)
    {
        var path = reading.Page?.Invoke(reader) ?? reading.Forms!(reader)[^1].Action;
        if (reading.IsFile)
        {
            var file = (await reader.OpenAsync(path)).Html;
            return JsonNode.DeepEquals(told, reading.IsLines ? Lines(file) : JsonNode.Parse(file)) ? [] : [$"{reading.Operation}: {path} is {file}\n not {told.ToJsonString()}"];
        }

        if (told is not JsonArray list || reading.IsLoose)
        {
            var page = reading.Forms is { } forms ? await reader.SubmitAsync(forms(reader)) : await reader.OpenAsync(path);
            var html = WebUtility.HtmlDecode(page.Html);
            return (told as JsonArray ?? new JsonArray(told.DeepClone())).SelectMany(thing => reading.Shown.SelectMany(member => ValuesOf(thing, member.Split('.')))).Where(value => !html.Contains(value, StringComparison.Ordinal))
                .Select(value => $"{reading.Operation}: {path} doesn't show {value}");
        }

        var rows = await RowsAsync(reader, path, reading.Caption);
        if (rows.Count != list.Count)
            return [$"{reading.Operation}: {path} has {rows.Count} rows of {list.Count}"];
        return list.Zip(rows).SelectMany(pair => reading.Shown.SelectMany(member => ValuesOf(pair.First, member.Split('.'))).Where(value => !pair.Second.Contains(value, StringComparison.Ordinal))
            .Select(value => $"{reading.Operation}: {path} doesn't show {value} in {pair.Second}"));
    }

    private static IEnumerable<string> ValuesOf(JsonNode? node, ReadOnlySpan<string> path) => node switch
    {
        null => [],
        JsonArray list => Each(list, path.ToArray()),
        JsonObject members => path.Length > 0 ? ValuesOf(members[path[0]], path[1..]) : [],
        _ => [node.ToString()],
    };

    private static IEnumerable<string> Each(JsonArray list, string[] path) => list.SelectMany(item => ValuesOf(item, path));

    // The rows of a list in the console, page after page.
    private static async Task<List<string>> RowsAsync(Face face, string path, string? caption)
    {
        var rows = new List<string>();
        for (string? next = path; next is not null;)
        {
            var page = await face.OpenAsync(next);
            var table = caption is null ? page.Html : page.Html.Split($">{caption}</caption>")[^1];
            var body = table.Split("<tbody>") is [_, var inner, ..] ? inner.Split("</tbody>")[0] : "";
            rows.AddRange(body.Split("<tr>").Skip(1).Select(row => WebUtility.HtmlDecode(row)));
            next = page.Html.Contains("rel=\"next\"", StringComparison.Ordinal) ? path.Split('?')[0] + WebUtility.HtmlDecode(page.Html.Split("rel=\"next\"")[0].Split("href=\"")[^1].Split('"')[0]) : null;
        }

        return rows;
    }

    /// <summary>Somebody who looks at things of which there is one of each.</summary>
    private async Task<Face> ReaderAsync()
    {
        var it = new Face(faces, "reader");
        if (faces.Reader is not null)
            return faces.Reader;
        await ReaderThings.MakeAsync(it);
        return faces.Reader = it;
    }

    private static void Done<T>(Operated<T> operated)
        where T : notnull => Assert.True(operated.Try(out _, out var fault), fault?.ToString());
}
