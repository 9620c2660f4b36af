using IdentityProvider.Server.Accounts;
using IdentityProvider.Server.Pages;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IdentityProvider.Server.Mail;

/// <summary>Registers mail.</summary>
internal static class MailSetup
{
    /// <summary>What puts mails into the outbox: for the server and its commands.</summary>
    public static IServiceCollection AddMails(this IServiceCollection services) => services.AddSingleton<Mails>().AddSingleton<NoticeMail>().AddSingleton<AccountEnd>();

    /// <summary>What sends them, too.</summary>
    public static IServiceCollection AddMail(this IServiceCollection services)
    {
        services.TryAddSingleton<Texts>();
        return services.AddMails()
            .AddSingleton<Letters>()
            .AddSingleton<LinkTokens>()
            .AddSingleton<AskedMail>()
            .AddSingleton<MailTransport>()
            .AddSingleton<MailDelivery>();
    }
}
