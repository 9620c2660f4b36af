using System.Globalization;
using System.Net.Mail;
using System.Net.Mime;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Telemetry;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace IdentityProvider.Server.Mail;

/// <summary>Sends a letter by the framework's SMTP, or writes it as a file: text and HTML side by side (RFC 2046 §5.1.4), nothing remote in either.</summary>
internal sealed class MailTransport(Settings settings, IServiceScopeFactory scopes, ILoggerFactory loggers, TimeProvider clock)
{
    /// <summary>How long a mail server may take; shorter than the lease of a message.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    /// <summary>Says in the log where mails go.</summary>
    public void Announce(ILogger logger)
    {
        if (settings.Mail.Folder is { } folder)
            Log.MailIsFiles(logger, folder);
        else if (settings.Mail.Smtp is { Host: { } host } smtp)
            Log.MailIsSent(logger, host, smtp.Port);
        else
            Log.MailIsOff(logger);
    }

    /// <summary>Makes one attempt. What the server said stays here: the operator is told in our words.</summary>
    public async Task<DeliveryResult> SendAsync(Letter letter, Guid mailId, CancellationToken cancellation)
    {
        using var message = await ComposeAsync(letter, mailId);
        if (settings.Mail.Folder is { } folder)
            return await WriteAsync(message, folder, mailId, cancellation);
        if (settings.Mail.Smtp.Host is not { } host)
            return new(false, "mail is off: neither Idp:Mail:Smtp:Host nor Idp:Mail:Folder is set");

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        using var client = new SmtpClient(host, settings.Mail.Smtp.Port)
        {
            EnableSsl = settings.Mail.Smtp.Tls == SmtpTls.StartTls,
            UseDefaultCredentials = false,
            Credentials = settings.Mail.Smtp.Credential,
        };
        try
        {
            await client.SendMailAsync(message, patience.Token);
            return new(true);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(false, "the mail server took too long");
        }
        catch (SmtpException e)
        {
            return Failed(e);
        }
    }

    // 550 to 553 of one recipient say that there is no such mailbox (RFC 5321 §4.2.3): trying again would only annoy.
    private static DeliveryResult Failed(SmtpException e) => e switch
    {
        SmtpFailedRecipientException { StatusCode: >= (SmtpStatusCode)550 and < (SmtpStatusCode)554 } refused => new(false, $"the mailbox was refused ({(int)refused.StatusCode})", IsPointless: true),
        { InnerException: AuthenticationException } => new(false, "the mail server has no trusted certificate of its name"),
        { InnerException: SocketException } => new(false, "no connection to the mail server"),
        { StatusCode: > 0 } => new(false, $"the mail server answered {(int)e.StatusCode}"),
        _ => new(false, "the mail server refused, or offers no STARTTLS"),
    };

    private async Task<MailMessage> ComposeAsync(Letter letter, Guid mailId)
    {
        var sender = settings.Mail.Sender;
        var message = new MailMessage(sender, new MailAddress(letter.To)) { Subject = letter.Subject, SubjectEncoding = Encoding.UTF8 };
        message.Headers.Add("Message-ID", $"<{mailId:N}@{sender.Host}>");
        message.Headers.Add("Content-Language", letter.Language.Name);
        message.Headers.Add("Auto-Submitted", "auto-generated"); // RFC 3834 §5: so that no absence note answers
        message.AlternateViews.Add(View(letter.ToText(), MediaTypeNames.Text.Plain));
        message.AlternateViews.Add(View(await RenderAsync(letter), MediaTypeNames.Text.Html));
        return message;
    }

    private async Task<string> RenderAsync(Letter letter)
    {
        await using var scope = scopes.CreateAsyncScope();
        await using var renderer = new HtmlRenderer(scope.ServiceProvider, loggers);
        return await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<LetterPage>(ParameterView.FromDictionary(new Dictionary<string, object?> { [nameof(LetterPage.Letter)] = letter }))).ToHtmlString());
    }

    private static AlternateView View(string content, string type)
    {
        var view = AlternateView.CreateAlternateViewFromString(content, Encoding.UTF8, type);
        view.TransferEncoding = TransferEncoding.QuotedPrintable;
        return view;
    }

    // Whoever reads the folder sees whole mails alone, in the order in which they were written.
    private async Task<DeliveryResult> WriteAsync(MailMessage message, string folder, Guid mailId, CancellationToken cancellation)
    {
        Make(folder);
        var writing = Path.Combine(folder, $".{mailId:N}");
        Make(writing);
        try
        {
            using var client = new SmtpClient { DeliveryMethod = SmtpDeliveryMethod.SpecifiedPickupDirectory, PickupDirectoryLocation = writing };
            await client.SendMailAsync(message, cancellation);
            var name = string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow():yyyyMMdd-HHmmss-fff}-{mailId:N}.eml");
            File.Move(Directory.EnumerateFiles(writing).Single(), Path.Combine(folder, name), overwrite: true);
            return new(true);
        }
        finally
        {
            Directory.Delete(writing, recursive: true);
        }
    }

    private static void Make(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
