using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cadre.Server.Tests.McpEndpoints;

/// <summary>The steps of a sign-in to the endpoint "hub", each as the one who takes it: an app with its user's credential, or a browser with none.</summary>
internal static partial class SignInSteps
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static Task<JsonElement> SetUpAsync(EndpointStage stage, GuardedHub hub, string mode = "user") =>
        stage.CreateAsync($$"""{"name":"hub","url":"{{hub.Url}}","sign_in":"{{mode}}"}""");

    public static async Task<string?> StatusAsync(HttpClient caller) => (await TestServer.SendAsync(caller, HttpMethod.Get, $"{EndpointStage.Path}/hub")).Body.GetProperty("status").GetString();

    public static async Task SignInAsync(HttpClient caller, GuardedHub hub, string login)
    {
        Assert.Equal((204, null), await ConfirmAsync(caller, await CodeAsync(await BrowseAsync(await BeginAsync(caller), login))));
        Assert.NotEmpty(hub.Given);
    }

    public static async Task<string> BeginAsync(HttpClient caller)
    {
        var (status, body) = await TestServer.SendAsync(caller, HttpMethod.Post, $"{EndpointStage.Path}/hub/sign-in", "{}");
        Assert.True(status == 200, body.ToString());
        return body.GetProperty("authorization_url").GetString()!;
    }

    /// <summary>Where the authorization server sends the browser of this user, who consents.</summary>
    public static async Task<Uri> BrowseAsync(string authorizationUrl, string login)
    {
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var response = await browser.GetAsync($"{authorizationUrl}&login={Uri.EscapeDataString(login)}", Stop);
        return response.Headers.Location!;
    }

    /// <summary>The browser arrives at Cadre.</summary>
    public static async Task<(int Status, string Page)> AnswerAsync(Uri callback)
    {
        using var browser = new HttpClient();
        using var response = await browser.GetAsync(callback, Stop);
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", string.Join(',', response.Headers.GetValues("Content-Security-Policy")));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Stop));
    }

    /// <summary>The code that the browser is shown.</summary>
    public static async Task<string> CodeAsync(Uri callback)
    {
        var (status, page) = await AnswerAsync(callback);
        Assert.True(status == 200, page);
        return CodeIn(page) is { Length: > 0 } code ? code : throw new InvalidDataException(page);
    }

    /// <summary>Empty when there is none.</summary>
    public static string CodeIn(string page) => Code().Match(page).Groups[1].Value;

    public static async Task<(int Status, string? Code)> ConfirmAsync(HttpClient caller, string code)
    {
        var (status, body) = await TestServer.SendAsync(caller, HttpMethod.Post, $"{EndpointStage.Path}/hub/sign-in/confirm", $$"""{"code":"{{code}}"}""");
        return (status, body.TryGetProperty("code", out var word) ? word.GetString() : null);
    }

    [GeneratedRegex("<p>([A-Z2-9]{4}-[A-Z2-9]{4})</p>")]
    private static partial Regex Code();
}
