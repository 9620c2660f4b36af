using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Console;

/// <summary>What is asked before something ends that can't be brought back by a click.</summary>
/// <param name="Title">What would be done.</param>
/// <param name="Sentence">What it means.</param>
/// <param name="Affects">How much hangs on it.</param>
/// <param name="Action">Where the form goes, which is where the page stands too.</param>
/// <param name="Submit">What its button says.</param>
/// <param name="Back">Where one goes who changes their mind, and when it is done.</param>
public sealed record Confirmation(string Title, string Sentence, IReadOnlyList<DependentCount> Affects, string Action, string Submit, string Back)
{
    public const string TypedField = "confirm";

    /// <summary>What must be typed, where a click is too little; null where it is enough.</summary>
    public string? Typed { get; init; }

    /// <summary>Asks. That the person may do it at all is the route's to see (<see cref="ConsoleRoute.Ask"/>).</summary>
    internal Task AskAsync(ConsoleRequest request) => request.ShowAsync<ConfirmPage>(this);

    /// <summary>Does it where it was confirmed; shows why not, otherwise.</summary>
    internal async Task AnswerAsync<T>(ConsoleRequest request, Func<Task<Operated<T>>> work, string? after, Func<T, string> notice)
        where T : notnull
    {
        if (Typed is not null && request[TypedField] != Typed)
            await request.ShowAsync<ConfirmPage>(this, Fault.Refused(TypedField, "is not what it names, letter by letter"));
        else if (!(await work()).Try(out var done, out var fault))
            await request.ShowAsync<ConfirmPage>(this, fault);
        else
            await request.DoneAsync(after ?? Back, notice(done));
    }
}
