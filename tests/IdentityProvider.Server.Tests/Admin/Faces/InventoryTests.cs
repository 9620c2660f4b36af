using System.CommandLine;
using IdentityProvider.Server.Admin.Api;
using IdentityProvider.Server.Admin.Console;
using IdentityProvider.Server.Commands;

namespace IdentityProvider.Server.Tests.Admin.Faces;

/// <summary>No operation comes to one face alone by an oversight: it is told of all three, or it is said why one lacks it.</summary>
public sealed class InventoryTests
{
    private static IEnumerable<Step> Steps => Inventory.Stories.SelectMany(story => story.Parts).OfType<Step>();

    [Fact]
    public void Every_operation_of_the_Admin_API_is_told_of_all_faces_or_it_is_said_why_not()
    {
        Dictionary<string, (bool Command, bool Console)> told = [];
        foreach (var (operation, command, console) in Steps.Select(step => (step.Operation, step.Command is not null, step.Console is not null))
            .Concat(Readings.All.Select(reading => (reading.Operation, reading.Command is not null, reading.Page is not null || reading.Forms is not null))))
            told[operation] = told.TryGetValue(operation, out var other) ? (other.Command || command, other.Console || console) : (command, console);

        var known = AdminApiSetup.Routes.Select(route => route.Name).ToList();
        Assert.Empty(known.Except(told.Keys));
        Assert.Empty(told.Keys.Except(known));
        var lacking = told.SelectMany(one => ((string[])[one.Value.Command ? "" : "command", one.Value.Console ? "" : "console"]).Where(face => face.Length > 0).Select(face => $"{one.Key} {face}"));
        Assert.Equal(Inventory.Lacking.Keys.Select(key => $"{key.Operation} {key.Face}").Order(StringComparer.Ordinal), lacking.Order(StringComparer.Ordinal));
        Assert.All(AdminApiSetup.Routes, route => Assert.Equal(route.Writes, Steps.Any(step => step.Operation == route.Name)));
    }

    [Fact]
    public void Every_command_is_one_of_those_operations_or_it_is_said_why_not()
    {
        var told = Steps.Select(step => step.Command).Concat(Readings.All.Select(reading => reading.Command)).OfType<Func<Face, string[]>>().Select(words => PathOf(words(Face.Any))).ToHashSet(StringComparer.Ordinal);
        var known = Leaves(Root.Build()).Select(command => string.Join(' ', Root.PathOf(command))).ToList();
        Assert.Equal(known.Except(told).Order(StringComparer.Ordinal), Inventory.CommandsAlone.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_form_of_the_console_is_one_of_those_operations_or_it_is_said_why_not()
    {
        var sent = Steps.Select(step => step.Console).Concat(Readings.All.Select(reading => reading.Forms)).OfType<Func<Face, Form[]>>().SelectMany(forms => forms(Face.Any)).Select(form => form.Action.Split('/')).ToList();
        var unsent = ConsoleSetup.Routes.Where(route => route.Method == "POST" && !sent.Any(action => Matches(route.Path.Split('/'), action))).Select(route => route.Path);
        Assert.Equal(Inventory.FormsAlone.Keys.Order(StringComparer.Ordinal), unsent.Order(StringComparer.Ordinal));
    }

    // What isn't there is no form of the console either: a part in braces stands for a name alone.
    private static bool Matches(string[] template, string[] action) =>
        template.Length == action.Length && template.Zip(action).All(pair => pair.First == pair.Second || (pair.First.StartsWith('{') && pair.Second != "-"));

    private static string PathOf(string[] words)
    {
        var parsed = Root.Read([.. words]);
        Assert.True(parsed.Errors.Count == 0, $"{string.Join(' ', words)}: {string.Join(' ', parsed.Errors)}");
        return string.Join(' ', Root.PathOf(parsed.CommandResult.Command));
    }

    private static IEnumerable<Command> Leaves(Command command) => command.Subcommands.Count == 0 ? [command] : command.Subcommands.SelectMany(Leaves);
}
