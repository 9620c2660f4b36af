namespace IdentityProvider.Server.Tests.Admin.Faces;

/// <summary>What happens to three things, to each by a face of its own.</summary>
internal sealed record Story(string Name, params Part[] Parts);

/// <summary>A part of a story.</summary>
internal abstract record Part;

/// <summary>What is there, or is looked up, before the story goes on; of no face.</summary>
internal sealed record Given(Func<Face, Task> Do) : Part;

/// <summary>One operation, by each face. What it changes of what is stored is the same by all.</summary>
/// <param name="Operation">As the Admin API names it.</param>
/// <param name="Command">The words of the command; null where there is none, which <see cref="Inventory.Lacking"/> says why.</param>
/// <param name="Api">The call.</param>
/// <param name="Console">The forms, of which the last does it; null as above.</param>
internal sealed record Step(string Operation, Func<Face, string[]>? Command, Func<Face, Call> Api, Func<Face, Form[]>? Console) : Part;

/// <summary>An operation that looks: the same is shown by each face.</summary>
/// <param name="Operation">As the Admin API names it.</param>
/// <param name="Command">The words of the command; null as above.</param>
/// <param name="Api">The call.</param>
/// <param name="Page">The console's page; null as above.</param>
/// <param name="Shown">The members that the page shows; of a list, in each row.</param>
internal sealed record Reading(string Operation, Func<Face, string[]>? Command, Func<Face, Call> Api, Func<Face, string>? Page, params string[] Shown)
{
    /// <summary>Of what the command tells, what the API does.</summary>
    public Func<System.Text.Json.Nodes.JsonNode, Face, System.Text.Json.Nodes.JsonNode>? OfCommand { get; init; }

    /// <summary>Whether the page has it in another order, or in another place than a list of its own.</summary>
    public bool IsLoose { get; init; }

    /// <summary>The forms of the console that show it, where an address can't ask for it; instead of the page.</summary>
    public Func<Face, Form[]>? Forms { get; init; }

    /// <summary>Whether the page is a file to be kept, with all that the API tells.</summary>
    public bool IsFile { get; init; }

    /// <summary>Whether it is lines of JSON.</summary>
    public bool IsLines { get; init; }

    /// <summary>Whether the server itself may change it at any moment: all that was shown is then what stood all the while.</summary>
    public bool Moves { get; init; }

    /// <summary>Of several lists on the page, this one.</summary>
    public string? Caption { get; init; }
}

/// <summary>The same mistake by each face: it is refused in the same words, about the same member, and nothing is changed.</summary>
/// <param name="Operation">As the Admin API names it.</param>
/// <param name="Member">What is wrong.</param>
/// <param name="Command">The words of the command; null as above.</param>
/// <param name="Api">The call.</param>
/// <param name="Console">The forms, of which the last has it; null as above.</param>
internal sealed record Mistake(string Operation, string Member, Func<Face, string[]>? Command, Func<Face, Call> Api, Func<Face, Form[]>? Console);
