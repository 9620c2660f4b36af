using Spectre.Console;

namespace IdentityProvider.Server.Commands;

/// <summary>How far long work is: a bar on standard error where that is a terminal, and nothing at all where it isn't.</summary>
internal static class Progress
{
    /// <summary>Does the work beneath a bar.</summary>
    /// <param name="what">What is done, in a word.</param>
    /// <param name="work">Does it, and moves the bar.</param>
    public static async Task<T> ShowAsync<T>(string what, Func<Bar, Task<T>> work)
    {
        if (Console.IsErrorRedirected)
            return await work(new Bar(task: null));
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress().AutoClear(true).HideCompleted(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(progress => work(new Bar(progress.AddTask(what, maxValue: 1))));
    }
}

/// <summary>A bar that moves, or that nobody sees.</summary>
internal sealed class Bar(ProgressTask? task)
{
    /// <summary>Whether anybody sees it, so that counting beforehand is worth it.</summary>
    public bool IsShown => task is not null;

    /// <summary>Moves it.</summary>
    /// <param name="what">What it is at.</param>
    /// <param name="done">How much is done.</param>
    /// <param name="of">Of how much in all.</param>
    public void At(string what, int done, int of)
    {
        if (task is null)
            return;
        task.Description = Markup.Escape(what);
        task.MaxValue = Math.Max(Math.Max(done, of), 1);
        task.Value = done;
    }
}
