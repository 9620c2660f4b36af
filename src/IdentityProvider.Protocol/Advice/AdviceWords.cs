namespace IdentityProvider.Protocol.Advice;

/// <summary>The answers and the advice in words: those of the command line, of its JSON and of docs/choosing.md.</summary>
public static class AdviceWords
{
    /// <summary>The word for an answer: its name in small letters.</summary>
    public static string Of<TAnswer>(TAnswer answer)
        where TAnswer : struct, Enum => Enum.GetName(answer)!.ToLowerInvariant();

    /// <summary>Every word that answers a question.</summary>
    public static IReadOnlyList<string> All<TAnswer>()
        where TAnswer : struct, Enum => [.. Enum.GetValues<TAnswer>().Select(Of)];

    /// <summary>The answer that a word is; null where it is none.</summary>
    public static TAnswer? Read<TAnswer>(string word)
        where TAnswer : struct, Enum
    {
        foreach (var answer in Enum.GetValues<TAnswer>())
        {
            if (Of(answer) == word)
                return answer;
        }

        return null;
    }

    /// <summary>What an answer to one of the four questions means.</summary>
    public static string MeaningOf(Enum answer) => answer switch
    {
        RevocationNeed.Immediate => "at the very next call",
        RevocationNeed.Seconds => "within a second or so",
        RevocationNeed.Minutes => "it may live out its 5 to 15 minutes",
        VerifierCount.One => "this API alone",
        VerifierCount.Few => "a handful",
        VerifierCount.Many => "more than you would like to count",
        ClientKind.Web => "a web application with a server of its own",
        ClientKind.Spa => "a single-page app in the browser",
        ClientKind.Native => "an app on a phone or a desktop",
        ClientKind.Service => "a service, with no person",
        PermissionChange.Rarely => "a change may wait for a quarter of an hour",
        PermissionChange.Daily => "a change may wait for five minutes",
        PermissionChange.Hourly => "a change can't wait",
        _ => throw new ArgumentOutOfRangeException(nameof(answer)),
    };

    /// <summary>Who looks at each token.</summary>
    public static string Of(Checkpoint checkpoint) => checkpoint == Checkpoint.Gateway ? "a gateway" : "each service";
}
