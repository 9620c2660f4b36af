using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using IdentityProvider.Server.Mail;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Mail;

/// <summary>Mail on its way: through the outbox, by SMTP with a listener of the test's own, or into the folder.</summary>
public sealed class MailTests
{
    private static readonly Lazy<X509Certificate2> Certificate = new(() =>
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var made = request.CreateSelfSigned(now, now.AddYears(10));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    });

    [Fact]
    public async Task A_mail_goes_by_SMTP_with_text_and_HTML_side_by_side()
    {
        await using var smtp = new SmtpListener();
        await using var server = await StartAsync(smtp, SmtpTls.None);
        await NotifyAsync(server, "ada@example.com");
        await server.DeliverAsync();

        Assert.Contains("MAIL FROM:<no-reply@localhost>", smtp.Commands);
        Assert.Contains("RCPT TO:<ada@example.com>", smtp.Commands);
        var mail = ReceivedMail.Parse(Assert.Single(smtp.Messages));
        Assert.Equal(("ada@example.com", "A passkey was added to your account at localhost:8080"), (mail.To, mail.Subject));
        Assert.Contains("A new passkey can sign in to your account.", mail.Text, StringComparison.Ordinal);
        Assert.Contains("A new passkey can sign in to your account.", mail.Html, StringComparison.Ordinal);
        Assert.StartsWith("multipart/alternative", mail.Header("Content-Type").Single(), StringComparison.Ordinal);
        Assert.Equal("auto-generated", mail.Header("Auto-Submitted").Single());
        Assert.Matches("^<[0-9a-f]{32}@localhost>$", mail.Header("Message-ID").Single());
        Assert.Equal(OutboxState.Delivered, (await server.MessagesAsync()).Single().State);
    }

    [Fact]
    public async Task A_server_without_STARTTLS_gets_no_mail_and_no_password()
    {
        await using var smtp = new SmtpListener();
        await using var server = await StartAsync(smtp, SmtpTls.StartTls, "idp", "the mail server's password");
        await NotifyAsync(server, "ada@example.com");
        await server.DeliverAsync();
        Assert.Empty(smtp.Messages);
        Assert.All(smtp.Commands, command => Assert.Matches("^(EHLO|QUIT)", command));
        await WaitsAsync(server, "STARTTLS");
    }

    [Fact]
    public async Task A_server_whose_certificate_nobody_trusts_gets_none_either_and_one_that_is_trusted_does()
    {
        await using var smtp = new SmtpListener(Certificate.Value);
        await using var server = await StartAsync(smtp, SmtpTls.StartTls, "idp", "the mail server's password");
        await NotifyAsync(server, "ada@example.com");
        await server.DeliverAsync();
        Assert.Empty(smtp.Messages);
        await WaitsAsync(server, "no trusted certificate");

#pragma warning disable SYSLIB0014 // where the framework's SMTP asks whom to trust; no other code of this process does
        ServicePointManager.ServerCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == Certificate.Value.GetCertHashString();
        try
        {
            server.Clock.Advance(TimeSpan.FromMinutes(1));
            await server.DeliverAsync();
        }
        finally
        {
            ServicePointManager.ServerCertificateValidationCallback = null;
        }
#pragma warning restore SYSLIB0014
        Assert.Single(smtp.Messages);
        var secured = smtp.Commands.IndexOf("STARTTLS");
        Assert.True(smtp.Commands.FindIndex(c => c.StartsWith("AUTH", StringComparison.OrdinalIgnoreCase)) > secured);
    }

    [Theory]
    [InlineData("550 no such mailbox", OutboxState.GivenUp, "the mailbox was refused (550)")]
    [InlineData("451 come back later", OutboxState.Waiting, "the mail server answered 451")]
    public async Task A_mailbox_that_is_not_there_is_given_up_and_what_may_pass_is_tried_again(string answer, OutboxState state, string reason)
    {
        await using var smtp = new SmtpListener { RecipientAnswer = answer };
        await using var server = await StartAsync(smtp, SmtpTls.None);
        await NotifyAsync(server, "ada@example.com");
        await server.DeliverAsync();
        var message = Assert.Single(await server.MessagesAsync());
        Assert.Equal((state, reason), (message.State, message.LastError));
    }

    [Fact]
    public async Task A_mail_server_that_is_away_is_tried_again_until_the_mail_is_old()
    {
        int port;
        await using (var smtp = new SmtpListener())
            port = smtp.Port;
        await using var server = await StartAsync(port, SmtpTls.None);
        await NotifyAsync(server, "ada@example.com");
        await server.DeliverAsync();
        await WaitsAsync(server, "no connection to the mail server");

        server.Clock.Advance(Outbox.Lifetime);
        await server.DeliverAsync();
        var message = Assert.Single(await server.MessagesAsync());
        Assert.Equal((OutboxState.GivenUp, "its time was over"), (message.State, message.LastError));
    }

    [Fact]
    public async Task Nothing_that_comes_from_outside_adds_a_header_or_markup()
    {
        await using var smtp = new SmtpListener();
        await using var server = await StartAsync(smtp, SmtpTls.None);
        await NotifyAsync(server, "ada@example.com", "x\r\nBcc: eve@example.com\r\n\r\n<script>alert(1)</script><a href=\"https://evil.example\">", "agent\r\nBcc: eve@example.com <b>");
        await server.DeliverAsync();

        var mail = ReceivedMail.Parse(Assert.Single(smtp.Messages));
        Assert.Empty(mail.Header("Bcc"));
        Assert.DoesNotContain("\nBcc", mail.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", mail.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<a href=\"https://evil", mail.Html, StringComparison.Ordinal);
        Assert.Equal(["RCPT TO:<ada@example.com>"], smtp.Commands.Where(c => c.StartsWith("RCPT", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_address_gets_a_bounded_number_of_notices_within_an_hour()
    {
        await using var server = await TestServer.StartAsync();
        for (var i = 0; i < Mails.MostNoticesPerHour + 5; i++)
            await NotifyAsync(server, "ada@example.com");
        await NotifyAsync(server, "ADA@example.com");
        Assert.Equal(Mails.MostNoticesPerHour, (await server.MailsToAsync("ada@example.com")).Count);
        server.Clock.Advance(TimeSpan.FromHours(1));
        await NotifyAsync(server, "ada@example.com");
        Assert.Equal(Mails.MostNoticesPerHour + 1, (await server.MailsToAsync("ada@example.com")).Count);
    }

    [Fact]
    public async Task A_notice_goes_to_an_address_that_is_known_to_be_the_persons_and_in_their_language()
    {
        await using var server = await TestServer.StartAsync();
        var said = await server.AddPersonAsync(user => user.SetEmail("said@example.com", isVerified: false, default));
        var proved = await server.AddPersonAsync(user =>
        {
            user.Claims = """{"locale":"de-AT"}""";
            user.SetEmail("proved@example.com", isVerified: true, default);
        });
        foreach (var name in new[] { said, proved })
            await server.Get<NoticeMail>().SendAsync(await server.UserIdAsync(name), NoticeKind.PasswordChanged, http: null);

        Assert.Empty(await server.MailsToAsync("said@example.com"));
        var mail = Assert.Single(await server.MailsToAsync("proved@example.com"));
        Assert.Equal("Ihr Passwort bei localhost:8080 wurde geändert", mail.Subject);
        Assert.Contains(proved, mail.Text, StringComparison.Ordinal);
        Assert.Equal("de", mail.Header("Content-Language").Single());
    }

    private static Task<TestServer> StartAsync(SmtpListener smtp, SmtpTls tls, string? username = null, string? password = null) => StartAsync(smtp.Port, tls, username, password);

    private static Task<TestServer> StartAsync(int port, SmtpTls tls, string? username = null, string? password = null) => TestServer.StartAsync(change: settings => settings with
    {
        Mail = new() { From = "no-reply@localhost", Smtp = new() { Host = "localhost", Port = port, Tls = tls, Username = username, Password = password } },
    });

    private static Task NotifyAsync(TestServer server, string to, string? detail = null, string? userAgent = null)
    {
        var http = new Microsoft.AspNetCore.Http.DefaultHttpContext();
        http.Request.Headers.UserAgent = userAgent;
        var mailbox = new Mailbox(server.Get<Entropy>().NewId(), "ada", to, "", IsActive: true);
        return server.Get<NoticeMail>().SendToAsync(mailbox, NoticeKind.PasskeyAdded, http, detail);
    }

    private static async Task WaitsAsync(TestServer server, string reason)
    {
        var message = Assert.Single(await server.MessagesAsync());
        Assert.Equal(OutboxState.Waiting, message.State);
        Assert.Contains(reason, message.LastError, StringComparison.Ordinal);
    }
}
