using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Server.Accounts;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Pages.SignUp;

/// <summary>
/// <c>/signup</c> and <c>/forgot</c>: somebody types an address, and is told to look at their mail. The answer is the same whether there is an
/// account or not, and so is the work (<see cref="MailRequests"/>).
/// </summary>
internal sealed class AskPages(MailRequests mails, SignInTargets targets, Forms forms)
{
    /// <summary>The field that is typed into.</summary>
    public const string Field = "account";

    public async Task GetAsync(HttpContext http, MailKind kind)
    {
        if (await targets.OpenAsync(http) is var (_, target))
            await ShowAsync(http, kind, target, target.Pending?.Accepted?.SignIn.LoginHint, problem: null);
    }

    public async Task PostAsync(HttpContext http, MailKind kind)
    {
        if (await targets.ReadAsync(http) is not var (form, target))
            return;
        var typed = form[Field]?.Trim() ?? "";
        if (!IsSendable(kind, typed))
            await ShowAsync(http, kind, target, typed, Refusal.EmailAddressMalformed);
        else if (await mails.AskAsync(http, kind, typed, target) is { } refused)
            await ErrorPages.RefuseAsync(http, refused);
        else
            await PageResults.ShowAsync<SentPage>(http, new SentPage.SentModel(kind, typed, target));
    }

    // Of a user name only that it may be one; of an address that mail can be sent to it. Neither is looked up.
    private static bool IsSendable(MailKind kind, string typed) =>
        kind == MailKind.SignUp ? EmailAddress.Read(typed) is not null : PlainText.IsPlain(typed, EmailAddress.Longest);

    private Task ShowAsync(HttpContext http, MailKind kind, SignInTarget target, string? typed, Refusal? problem)
    {
        var model = new AskPage.AskModel(forms.TokenFor(http), kind, target, typed, problem is not null);
        return PageResults.ShowAsync<AskPage>(http, model, PagePolicy.OwnForm, problem);
    }
}
