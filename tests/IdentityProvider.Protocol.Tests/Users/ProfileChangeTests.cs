using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Users;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Users;

/// <summary>What an operator's form changes of a person's claims.</summary>
public sealed class ProfileChangeTests
{
    private static JsonObject Standing => JsonNode.Parse(
        """
        {"name":"Alice","phone_number":"+33 1 23 45 67","email":"alice@example.com","email_verified":true,"updated_at":5,
         "address":{"formatted":"1 Road\nParis","street_address":"1 Road","locality":"Paris"}}
        """)!.AsObject();

    [Fact]
    public void Nothing_where_nothing_was_touched() => Assert.Empty(Of());

    [Fact]
    public void What_differs_and_no_more() =>
        Assert.Equal("""{"name":"Alicia","nickname":"Al"}""", Of(("name", " Alicia "), ("nickname", "Al")).ToJsonString());

    [Fact]
    public void A_field_that_is_empty_takes_its_claim_and_its_mark_away() =>
        Assert.Equal("""{"name":null,"email":null,"email_verified":null}""", Of(("name", ""), ("email", " ")).ToJsonString());

    [Fact]
    public void Another_address_is_not_proved_by_the_mark_of_the_last_one()
    {
        Assert.Equal("""{"email":"a@example.com","email_verified":false}""", Of(("email", "a@example.com")).ToJsonString());
        Assert.Equal("""{"email_verified":false}""", Of(("email_verified", "")).ToJsonString());
        Assert.Equal("""{"phone_number":"0033 9","phone_number_verified":true}""", Of(("phone_number", "0033 9"), ("phone_number_verified", "true")).ToJsonString());
    }

    [Fact]
    public void An_address_is_written_whole_without_what_its_parts_no_longer_say()
    {
        Assert.Equal("""{"address":{"street_address":"1 Road","locality":"Lyon","country":"FR"}}""", Of(("address.locality", "Lyon"), ("address.country", "FR")).ToJsonString());
        Assert.Equal("""{"address":null}""", Of(("address.street_address", ""), ("address.locality", "")).ToJsonString());
    }

    [Fact]
    public void What_is_no_field_is_not_looked_at() => Assert.Empty(Of(("sub", "1"), ("updated_at", "9"), ("preferred_username", "root"), ("roles", "admin")));

    // The form as it was shown, but for what is typed.
    private static JsonObject Of(params (string Field, string Text)[] typed)
    {
        var fields = ProfileChange.Fields.ToDictionary(field => field, field => ProfileRules.TextOf(Standing, field) ?? "", StringComparer.Ordinal);
        fields["email_verified"] = "true";
        foreach (var (field, text) in typed)
            fields[field] = text;
        var body = string.Join('&', fields.Select(field => $"{field.Key}={Uri.EscapeDataString(field.Value)}"));
        return Parameters.Parse(Encoding.UTF8.GetBytes(body)).Try(out var form, out _) ? ProfileChange.Of(Standing, form) : throw new InvalidOperationException(body);
    }
}
