using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Pujiang.City;
using Pujiang.Platform;
using CityOptions = Pujiang.City.CityOptions;

namespace Pujiang.Services.Tests;

/// <summary>What the bank sends to mailboxes can be read in the city.</summary>
public sealed class CityMailTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Letter_OfTheBank_IsInTheMailbox_AndOneThatWasPutOffComesLater()
    {
        await using var city = await RunningCity.Start();
        var (port, faults) = (MailServer.FreePort(), new Faults(city.Store));
        using var listener = new MailListener(new CityOptions { MailPort = port }, city.Store, faults, TimeProvider.System);
        await listener.StartAsync(Cancel);
        await Reached(port);
        await using var bank = await MailTests.Bank(TestDatabase.Sqlite, port);
        await city.Turn("mail", new Switches(ErrorPercent: 100));
        await Told.Tell(bank, "王丽华");
        await Told.Deliver(bank);
        Assert.Equal(0, city.Store.Count("mail"));
        await city.Turn("mail", Switches.Off);
        bank.Clock.Advance(TimeSpan.FromMinutes(10));
        await Reached(port);
        await Told.Deliver(bank);
        var kept = Assert.Single(city.Store.Newest("mail", 0, 10));
        Assert.Equal("转账¥1.00已完成", kept.Kind);
        Assert.Contains("wang@example.com", kept.Subject, StringComparison.Ordinal);
        Assert.Contains("向王丽华转出¥1.00", Encoding.UTF8.GetString(kept.Body), StringComparison.Ordinal);
        await listener.StopAsync(Cancel);
    }

    /// <summary>A letter that is kept leaves the mailboxes open too.</summary>
    [Fact]
    public async Task Letters_OneAfterTheOther_AreAllKept()
    {
        await using var city = await RunningCity.Start();
        var port = MailServer.FreePort();
        using var listener = new MailListener(new CityOptions { MailPort = port }, city.Store, new Faults(city.Store), TimeProvider.System);
        await listener.StartAsync(Cancel);
        await Reached(port);
        await using var bank = await MailTests.Bank(TestDatabase.Sqlite, port);
        foreach (var payee in new[] { "王丽华", "李强", "赵敏" })
        {
            await Told.Tell(bank, payee);
            await Told.Deliver(bank);
        }
        Assert.Equal(3, city.Store.Count("mail"));
        await listener.StopAsync(Cancel);
    }

    [Fact]
    public async Task Mailbox_OfNobody_DoesNotExist()
    {
        await using var city = await RunningCity.Start();
        var port = MailServer.FreePort();
        using var listener = new MailListener(new CityOptions { MailPort = port }, city.Store, new Faults(city.Store), TimeProvider.System);
        await listener.StartAsync(Cancel);
        await Reached(port);
        await using var bank = await MailTests.Bank(TestDatabase.Sqlite, port);
        await bank.Tables(db => db.Set<NotificationSettings>().ExecuteDeleteAsync());
        await Told.Settings(bank, settings => (settings.Email, settings.HasQuietHours) = ("nobody.here@example.com", false));
        await Told.Tell(bank, "王丽华");
        await Told.Deliver(bank);
        Assert.Equal(0, city.Store.Count("mail"));
        Assert.True((await bank.Call((ChangeNotificationSettings s) => s.Find(Told.Wang, Cancel))).EmailRefused);
        await listener.StopAsync(Cancel);
    }

    /// <summary>A listener that is being started may not listen yet.</summary>
    static async Task Reached(int port)
    {
        for (var i = 0; ; i++)
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, Cancel);
                return;
            }
            catch (SocketException) when (i < 1_000)
            {
                await Task.Delay(10, Cancel);
            }
    }
}
