using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// The one way to a new password, wherever it is chosen: the rules, the estimate of the guesses it takes, where that is on the look among those
/// that leaked, and its hash. Estimating and hashing wait in the queue of <see cref="PasswordHashing"/>.
/// </summary>
internal sealed class PasswordAcceptance(PasswordHashing hashing, BreachedPasswords breached, Settings settings)
{
    /// <summary>Of a longer password its beginning is judged, since the estimate's work grows fast with its length; in characters.</summary>
    private const int MostEstimated = 100;

    /// <summary>One that its owner chose.</summary>
    /// <param name="user">Whose it will be, with what is known of them; nothing is written to it.</param>
    /// <param name="chosen">What was chosen.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<Decision<AcceptedPassword>> AcceptAsync(User user, string chosen, CancellationToken cancellation) =>
        AcceptAsync(user, chosen, settings.Passwords.ShortestLength, cancellation);

    /// <summary>One that an operator gives out, who may give a shorter one.</summary>
    public Task<Decision<AcceptedPassword>> AcceptFromOperatorAsync(User user, string chosen, CancellationToken cancellation) =>
        AcceptAsync(user, chosen, PasswordRules.Shortest, cancellation);

    private async Task<Decision<AcceptedPassword>> AcceptAsync(User user, string chosen, int shortest, CancellationToken cancellation)
    {
        var words = PasswordRules.WordsOf(user.UserName, user.Email, JsonNode.Parse(user.Claims)!.AsObject(), new Uri(settings.Issuer).Host, settings.Branding.Name);
        if (PasswordRules.Refuse(chosen, shortest, words) is { } unfit)
            return unfit;

        using (var place = await hashing.EnterAsync(cancellation))
        {
            if (!place.IsAcquired)
                return Refusal.PasswordHashingBusy;
            if (PasswordRules.RefuseGuessable(await LowPriority.RunAsync(() => ScoreOf(chosen, words))) is { } guessable)
                return guessable;
        }

        // Not in the queue: it waits for another site.
        if (await breached.HasAsync(chosen, cancellation))
            return Refusal.PasswordBreached;

        using (var place = await hashing.EnterAsync(cancellation))
            return place.IsAcquired ? new AcceptedPassword(await hashing.HashAsync(user, chosen)) : Refusal.PasswordHashingBusy;
    }

    private static int ScoreOf(string chosen, IReadOnlyList<string> words) =>
        Zxcvbn.Zxcvbn.MatchPassword(chosen.Length > MostEstimated ? chosen[..MostEstimated] : chosen, words).Score;
}

/// <summary>A password that may be used, of which only the hash goes on.</summary>
internal sealed class AcceptedPassword
{
    internal AcceptedPassword(string hash) => Hash = hash;

    public string Hash { get; }
}
