using System.Text.Json.Nodes;

namespace IdentityProvider.Protocol.Users;

/// <summary>
/// An operator's form of a person's standard claims (OpenID Connect Core §5.1) as a change of them (RFC 7396): what differs from what stands, and no more.
/// Whether each may be so is <see cref="UserClaimsRules"/>' to say.
/// </summary>
public static class ProfileChange
{
    private static readonly (string Claim, string Mark)[] Proved = [("email", "email_verified"), ("phone_number", "phone_number_verified")];

    /// <summary>The fields of the form that are text: what people may change themselves, and the address that they have to prove.</summary>
    public static IReadOnlyList<string> Fields { get; } = [.. ProfileRules.FieldsOf(ProfileRules.Editable), "email"];

    /// <summary>The change; empty where nothing differs.</summary>
    /// <param name="standing">The claims as they are.</param>
    /// <param name="form">What was sent; a field that is empty takes its claim away.</param>
    public static JsonObject Of(JsonObject standing, Parameters form)
    {
        ArgumentNullException.ThrowIfNull(standing);
        ArgumentNullException.ThrowIfNull(form);
        var change = new JsonObject();
        foreach (var field in Fields)
        {
            var text = ProfileRules.Entered(form, field);
            if (text == ProfileRules.TextOf(standing, field))
                continue;
            if (field.Split('.', 2) is [var claim, var part])
                SetPart(change, standing, claim, part, text);
            else
                change[field] = text;
        }

        // The mark that something is known to be theirs goes with what it is of, and doesn't pass to another by having stood in the form.
        foreach (var (claim, mark) in Proved)
        {
            var (stands, isTicked) = ((bool?)standing[mark], form[mark] == "true");
            var isProved = isTicked && !(stands == true && change.ContainsKey(claim));
            if (ProfileRules.Entered(form, claim) is null)
            {
                if (stands is not null)
                    change[mark] = null;
            }
            else if (isProved != (stands ?? false))
            {
                change[mark] = isProved;
            }
        }

        return change;
    }

    // An address is written whole: what is written out beside its parts would say what they no longer do.
    private static void SetPart(JsonObject change, JsonObject standing, string claim, string part, string? text)
    {
        if (change[claim] is not JsonObject address)
            address = standing[claim] is JsonObject now ? now.DeepClone().AsObject() : [];
        address.Remove("formatted");
        address.Remove(part);
        if (text is not null)
            address[part] = text;
        change.Remove(claim);
        change[claim] = address.Count > 0 ? address : null;
    }
}
