using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>The home page is put together of parts that all ask the database at once, as does the header.</summary>
public sealed class HomeTests
{
    [Theory, BothDatabases]
    public async Task Home_OfEachOfStaff_IsThereWithAllItsParts(TestDatabase database)
    {
        await using var bank = await HttpBank.Start(database);
        foreach (var role in Roles.Staff)
        {
            using var http = bank.Client();
            http.DefaultRequestHeaders.Add("Cookie", await SignedIn(bank, role));
            for (var i = 0; i < 5; i++)
            {
                using var home = await http.GetAsync("");
                Assert.True(home.StatusCode == HttpStatusCode.OK, $"{role}: {home.StatusCode}");
                Assert.Contains("class=\"inbox-link\"", await home.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
        }
    }

    /// <summary>The cookie of somebody in a role.</summary>
    internal static async Task<string> SignedIn(HttpBank bank, string role)
    {
        await using var scope = bank.Services.CreateAsyncScope();
        var http = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        var demo = new DemoPerson(NameBasedId.From("test", role), new Bilingual("林涛", "Lin Tao"), role, new Bilingual("", ""));
        var person = await scope.ServiceProvider.GetRequiredService<People>().OfDemo(demo, CancellationToken.None);
        await scope.ServiceProvider.GetRequiredService<Sessions>().Start(http, person, "pwd otp", CancellationToken.None);
        return http.Response.Headers.SetCookie.ToString().Split(';')[0];
    }
}
