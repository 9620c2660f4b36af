namespace IdentityProvider.Server.Pages.Account;

/// <summary>A browser on its system (<see cref="Protocol.Sessions.Device"/>) in the reader's language: for pages and mails.</summary>
internal static class Devices
{
    public static string Words(Texts texts, string? userAgent) => Protocol.Sessions.Device.Read(userAgent) switch
    {
        (null, _) => texts["Account.UnknownDevice"],
        (var browser, null) => browser,
        var (browser, system) => texts["Account.DeviceOn", browser, system],
    };
}
