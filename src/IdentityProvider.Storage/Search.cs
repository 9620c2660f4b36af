using System.Linq.Expressions;
using System.Text.Json.Nodes;
using IdentityProvider.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>
/// Finds things by how what they are called begins. Each question is a range of one index, in its order, and bounded: it costs the same however many
/// there are. Names are compared without case, identifiers exactly.
/// </summary>
public sealed class Search(ReadOnlyDatabase database)
{
    private const string Https = "https://";

    /// <summary>Clients, by identifier and name.</summary>
    /// <param name="text">How it begins.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<Found>> ClientsAsync(string text, int limit, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var clients = db.Clients.AsNoTracking();
        var rows = new List<ClientRow>();
        foreach (var beginning in AddressesOf(text, Longest.ClientId))
            rows.AddRange(await Range(clients, c => c.ClientId, beginning).Take(limit).ToListAsync(cancellation));
        if (SearchName.Of(text) is { } name)
            rows.AddRange(await Range(clients, c => c.NormalizedName!, name).Take(limit).ToListAsync(cancellation));
        return [.. rows.DistinctBy(row => row.ClientId, StringComparer.Ordinal).Take(limit).Select(row => new Found(row.ClientId, Member(row.Document, "client_name")))];
    }

    /// <summary>APIs, by identifier and name.</summary>
    public async Task<IReadOnlyList<Found>> ResourcesAsync(string text, int limit, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var resources = db.Resources.AsNoTracking();
        var rows = new List<ResourceRow>();
        foreach (var beginning in AddressesOf(text, Longest.ResourceIdentifier))
            rows.AddRange(await Range(resources, r => r.Identifier, beginning).Take(limit).ToListAsync(cancellation));
        if (SearchName.Of(text) is { } name)
            rows.AddRange(await Range(resources, r => r.NormalizedName!, name).Take(limit).ToListAsync(cancellation));
        return [.. rows.DistinctBy(row => row.Identifier, StringComparer.Ordinal).Take(limit).Select(row => new Found(row.Identifier, Member(row.Document, "name")))];
    }

    /// <summary>Accounts: by what people sign in with, their address, their name or family name, and their <c>sub</c>.</summary>
    public async Task<IReadOnlyList<User>> UsersAsync(string text, int limit, CancellationToken cancellation = default)
    {
        await using var db = await database.CreateDbContextAsync(cancellation);
        var users = db.Users.AsNoTracking();
        var found = new List<User>();
        if (Guid.TryParse(text, out var userId))
            found.AddRange(await users.Where(u => u.Id == userId).ToListAsync(cancellation));
        if (SearchName.Of(text) is { } name)
        {
            foreach (var column in (Expression<Func<User, string>>[])[u => u.NormalizedUserName!, u => u.NormalizedEmail!, u => u.NormalizedName!, u => u.NormalizedFamilyName!])
                found.AddRange(await Range(users, column, name).Take(limit).ToListAsync(cancellation));
        }

        return [.. found.DistinctBy(user => user.Id).Take(limit)];
    }

    /// <summary>Groups, by name.</summary>
    public async Task<IReadOnlyList<Found>> GroupsAsync(string text, int limit, CancellationToken cancellation = default)
    {
        if (SearchName.Of(text) is not { } name)
            return [];
        await using var db = await database.CreateDbContextAsync(cancellation);
        return await Range(db.Groups.AsNoTracking(), g => g.NormalizedName, name).Take(limit).Select(g => new Found(g.Name, g.Name)).ToListAsync(cancellation);
    }

    /// <summary>Roles, by name.</summary>
    public async Task<IReadOnlyList<Found>> RolesAsync(string text, int limit, CancellationToken cancellation = default)
    {
        if (SearchName.Of(text) is not { } name)
            return [];
        await using var db = await database.CreateDbContextAsync(cancellation);
        return await Range(db.Roles.AsNoTracking(), r => r.NormalizedName!, name).Take(limit).Select(r => new Found(r.Name!, r.Name)).ToListAsync(cancellation);
    }

    /// <summary>Two bounds on the column, in its order: a walk along its index.</summary>
    private static IQueryable<T> Range<T>(IQueryable<T> rows, Expression<Func<T, string>> column, string beginning)
    {
        var compare = typeof(string).GetMethod(nameof(string.CompareTo), [typeof(string)])!;
        var (first, end) = (new Bound(beginning), new Bound(Lists.EndOf(beginning)));
        Expression Side(Bound bound) => Expression.Call(column.Body, compare, Expression.Property(Expression.Constant(bound), nameof(Bound.Text)));
        var within = Expression.AndAlso(
            Expression.GreaterThanOrEqual(Side(first), Expression.Constant(0)), Expression.LessThan(Side(end), Expression.Constant(0)));
        return rows.Where(Expression.Lambda<Func<T, bool>>(within, column.Parameters)).OrderBy(column);
    }

    // Who looks for an address seldom types how it begins.
    private static IEnumerable<string> AddressesOf(string text, int longest) =>
        (text.Contains("://", StringComparison.Ordinal) ? (string[])[text] : [text, Https + text]).Where(beginning => beginning.Length > 0 && Longest.Fits(beginning, longest));

    private static string? Member(string document, string name) => (string?)JsonNode.Parse(document)![name];

    // A member of an object becomes a parameter of the statement, as what a lambda closes over does.
    private sealed record Bound(string Text);
}

/// <summary>Something that was found.</summary>
/// <param name="Id">What it is named by.</param>
/// <param name="Name">What people call it; null where nobody does.</param>
public sealed record Found(string Id, string? Name);
