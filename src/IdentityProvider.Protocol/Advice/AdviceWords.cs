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

    /// <summary>Who looks at each token.</summary>
    public static string Of(Checkpoint checkpoint) => checkpoint == Checkpoint.Gateway ? "a gateway" : "each service";
}
