using IdentityProvider.Protocol.AsCode;

namespace IdentityProvider.Server.Admin.AsCode;

/// <summary>One thing, as it stands and as it is wanted, and how the one becomes the other. Whoever changed it since it was read was first.</summary>
/// <param name="Standing">As it stands; null where it isn't there.</param>
/// <param name="Wanted">As the document has it; null where the document hasn't.</param>
internal sealed record Entry(Declared? Standing, Declared? Wanted)
{
    public (DeclaredKind Kind, string Name) Key => (Wanted ?? Standing)!.Key;

    /// <summary>Makes or changes it.</summary>
    public Take WriteAsync { get; init; } = (_, _) => throw new InvalidOperationException("nothing is wanted");

    /// <summary>Deletes it.</summary>
    public Take DeleteAsync { get; init; } = (_, _) => throw new InvalidOperationException("it is wanted");

    /// <summary>What has to be asked of others before it is written.</summary>
    public Func<CancellationToken, Task<Fault?>> RefuseElsewhereAsync { get; init; } = _ => Task.FromResult<Fault?>(null);

    /// <summary>What is worth a second thought where it is written.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>Takes one step.</summary>
internal delegate Task<Operated<Taken>> Take(Actor actor, CancellationToken cancellation);

/// <summary>A step was taken.</summary>
/// <param name="Secret">The client's new secret, told here and never again; null where none was made.</param>
internal sealed record Taken(string? Secret = null)
{
    /// <summary>The same of an operation that tells nothing more; what had become so by itself is done too.</summary>
    public static Operated<Taken> Of<T>(Operated<T> operated, FaultKind alreadySo)
        where T : notnull => operated.Try(out _, out var fault) || fault.Kind == alreadySo ? new Taken() : fault;

    public static Operated<Taken> Of<T>(Operated<T> operated, Func<T, string?> secretOf)
        where T : notnull => operated.Try(out var done, out var fault) ? new Taken(secretOf(done)) : fault;
}

/// <summary>What there is of a kind, page by page.</summary>
internal static class Everything
{
    private const int PageLength = 500;

    /// <param name="kind">Of what.</param>
    /// <param name="read">Reads one page, after the one named.</param>
    /// <param name="nameOf">By what a page goes on.</param>
    /// <param name="isOurs">Whether one is a matter of documents.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<Operated<List<T>>> OfAsync<T>(
        DeclaredKind kind, Func<string?, int, CancellationToken, Task<IReadOnlyList<T>>> read, Func<T, string> nameOf, Func<T, bool> isOurs, CancellationToken cancellation)
    {
        var all = new List<T>();
        string? after = null;
        while (true)
        {
            var page = await read(after, PageLength, cancellation);
            all.AddRange(page.Where(isOurs));
            if (all.Count > ConfigurationDocument.MostOfAKind)
                return Fault.Refused(Declared.SectionOf(kind), $"are more than {ConfigurationDocument.MostOfAKind}, which is more than one document holds");
            if (page.Count < PageLength)
                return all;
            after = nameOf(page[^1]);
        }
    }
}

/// <summary>Where in a document a fault is.</summary>
internal static class Places
{
    public static Fault At(this Fault fault, DeclaredKind kind, int at, string? member = null) =>
        fault with { Member = ConfigurationDocument.PointerTo(kind, at, member ?? fault.Member) };
}
