using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Somebody of the bank's staff, and what that person does to sign in: the calls of most stories in one word each.</summary>
sealed record Staff(Guid Id, string SignInName)
{
    public const string Password = "四只海鸥 drink green tea";

    public static readonly Caller Operator = new(null, IsOperator: true);

    public static Task<Outcome<People.Invited>> Invite(TestBank bank, string signInName = "zhou.an", string role = Roles.Security) =>
        bank.Call((People people) => people.Invite(new People.Invitation(signInName, "周安", "Zhou An", [role]), Operator, CancellationToken.None));

    /// <summary>Invited, with a password.</summary>
    public static async Task<Staff> New(TestBank bank, string signInName = "zhou.an", string role = Roles.Security)
    {
        var invited = await Invite(bank, signInName, role).Value();
        await bank.Call((OwnSignIn own) => own.Activate(signInName, invited.Code, Password, CancellationToken.None)).Value();
        return new Staff(invited.Id, signInName);
    }

    /// <summary>Connects an authenticator app; its key.</summary>
    public async Task<string> ConnectApp(TestBank bank)
    {
        var key = Totp.NewKey();
        await bank.Call((OwnSignIn own) => own.ConnectApp(Id, key, CodeNow(bank, key), CancellationToken.None)).Value();
        // The code that connected it is used up.
        bank.Clock.Advance(TimeSpan.FromMinutes(1));
        return key;
    }

    public static string CodeNow(TestBank bank, string key) => Totp.CodeAt(key, Totp.StepOf(bank.Clock.UtcNow()));

    public Task<Outcome<Person>> TryPassword(TestBank bank, string password = Password) =>
        bank.Call((SignInAttempt attempt) => attempt.Password(SignInName, password, CancellationToken.None));

    public Task<Outcome<string>> TryCode(TestBank bank, string code) =>
        bank.Call((SignInAttempt attempt) => attempt.Code(Id, code, CancellationToken.None));

    /// <summary>Signs in; the browser's token.</summary>
    public Task<string> SignIn(TestBank bank, string methods = "pwd otp") => bank.In(async services =>
    {
        var http = new DefaultHttpContext { RequestServices = services };
        http.Request.Headers.UserAgent = "Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537.36";
        http.Connection.RemoteIpAddress = System.Net.IPAddress.Parse("203.0.113.77");
        var person = await services.GetRequiredService<OwnSignIn>().Load(Id, CancellationToken.None);
        await services.GetRequiredService<Sessions>().Start(http, person, methods, CancellationToken.None);
        return http.Response.Headers.SetCookie.ToString().Split('=', ';')[1];
    });

    public static Task<bool> IsSignedIn(TestBank bank, string token) =>
        bank.Call(async (Sessions sessions) => await sessions.Find(token, CancellationToken.None) is not null);
}
