using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Server.Admin;
using Spectre.Console;

namespace IdentityProvider.Server.Commands;

/// <summary>
/// What a command says: on standard output its result, as a table for people or with <c>--json</c> as one JSON document; on standard error
/// everything else. Both show the same members by the same names. The methods return the process's exit code.
/// </summary>
internal sealed class Output(TextWriter results, TextWriter remarks, bool isJson)
{
    public const int Done = 0;
    public const int Refused = 1;
    public const int WrongUsage = 2;

    // Escapes what could end or confuse a terminal's line, and leaves other alphabets readable.
    private static readonly JsonSerializerOptions Document = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions InLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether what it says is for programs.</summary>
    public bool IsJson => isJson;

    /// <summary>A moment as every command writes it: UTC, to the second (RFC 3339).</summary>
    public static string Moment(DateTimeOffset time) => Moments.Text(time);

    /// <summary>One thing: each member a row.</summary>
    public int Show(JsonObject thing)
    {
        if (isJson)
            return Write(thing);
        var table = NewTable("member", "value");
        foreach (var (name, value) in thing)
            table.AddRow(Cell(name), Cell(Words(value)));
        return Write(table);
    }

    /// <summary>Several of a kind: each a row of the named members, and in JSON with all of them.</summary>
    public int List(IReadOnlyList<JsonObject> things, params string[] members)
    {
        if (isJson)
            return Write(new JsonArray([.. things]));
        var table = NewTable(members);
        foreach (var thing in things)
            table.AddRow(members.Select(member => Cell(Words(thing[member]))));
        return Write(table);
    }

    /// <summary>Something was done: a sentence, and in JSON what it was done to.</summary>
    public int Say(string sentence, JsonObject thing)
    {
        if (isJson)
            return Write(thing);
        results.WriteLine(Plain(sentence));
        return Done;
    }

    /// <summary>Text that is to be used as it stands, such as SQL; in JSON as a member.</summary>
    public int Print(string text, string member)
    {
        if (isJson)
            return Write(new JsonObject { [member] = text });
        results.Write(text);
        return Done;
    }

    /// <summary>One line of many, for who reads lines: the same for people and with <c>--json</c>.</summary>
    public void Line(string text) => results.WriteLine(text);

    /// <summary>Long work; people at a terminal see how far it is.</summary>
    public async Task<T> ProgressAsync<T>(string what, Func<Action<double>, Task<T>> work)
    {
        if (isJson || Console.IsErrorRedirected)
            return await work(static _ => { });
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(remarks) });
        return await console.Progress().AutoClear(true).StartAsync(context =>
        {
            var task = context.AddTask(what, maxValue: 1);
            return work(done => task.Value = done);
        });
    }

    /// <summary>A document that is to be used as it stands, with or without <c>--json</c>.</summary>
    public int Print(string document)
    {
        results.Write(document);
        return Done;
    }

    /// <summary>A value in a line, as readable as in a document.</summary>
    public static string Compact(JsonNode value) => value.ToJsonString(InLine);

    /// <summary>Why not, in one line.</summary>
    public int Refuse(string reason)
    {
        remarks.WriteLine(OneLine(reason));
        return Refused;
    }

    /// <summary>What is done all the same, and worth a second thought.</summary>
    public void Warn(string warning) => remarks.WriteLine($"warning: {OneLine(warning)}");

    /// <summary>What is good to know beside the result.</summary>
    public void Remark(string remark) => remarks.WriteLine(Plain(remark));

    private static Table NewTable(params string[] columns)
    {
        var table = new Table { Border = TableBorder.Rounded };
        foreach (var column in columns)
            table.AddColumn(new TableColumn(Cell(column)));
        return table;
    }

    // Text, not markup: a name with brackets stays a name.
    private static Text Cell(string text) => new(Plain(text));

    private static string Words(JsonNode? value) => value switch
    {
        null => "",
        JsonArray list => string.Join("\n", list.Select(Words)),
        JsonValue single when single.TryGetValue<string>(out var text) => text,
        _ => value.ToJsonString(),
    };

    // Neither what a terminal obeys, nor what turns the order of what is read.
    private static string Plain(string text) => new([.. text.Select(c => (char.IsControl(c) && c != '\n') || c is '\u061C' or '\u200E' or '\u200F' or (>= '\u2028' and <= '\u202E') or (>= '\u2066' and <= '\u2069') ? '\uFFFD' : c)]);

    private static string OneLine(string text) => Plain(text).ReplaceLineEndings(" ");

    private int Write(JsonNode document)
    {
        results.WriteLine(document.ToJsonString(Document));
        return Done;
    }

    private int Write(Table table)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(results) });
        // Into a file or a pipe nothing is broken into lines: what was shown once must be whole.
        if (Console.IsOutputRedirected)
            console.Profile.Width = 1000;
        console.Write(table);
        return Done;
    }
}
