using System.Net;
using System.Net.Http.Json;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pujiang.City;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>The outbox against a city that misbehaves, over real HTTP: nothing is lost, nothing is kept twice, the order holds.</summary>
public sealed class CityTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [BothDatabases(0, 0, 0, false)]
    [BothDatabases(20, 0, 0, false)]
    [BothDatabases(0, 50, 0, false)]
    [BothDatabases(0, 0, 50, false)]
    [BothDatabases(0, 30, 30, false)]
    [BothDatabases(0, 0, 0, true)]
    public async Task Deliveries_ToACityThatMisbehaves_ArriveOnceAndInOrder(TestDatabase database, int delay, int errors, int lost, bool down)
    {
        await using var city = await RunningCity.Start();
        await using var bank = await TestBank.New(database);
        await Register(bank, city);
        await city.Turn("firm", new Switches(delay, errors, lost, Down: down));
        var sent = Enumerable.Range(0, 30).Select(i => (Reference: $"order/{i % 5}", Body: $"{i}")).ToList();
        foreach (var (reference, body) in sent) await OutboxTests.Send(bank, reference, body, "firm");
        for (var round = 0; round < 200 && await Waiting(bank) > 0; round++)
        {
            await OutboxTests.Deliver(bank);
            bank.Clock.Advance(TimeSpan.FromSeconds(31));
            if (down && round == 2)
            {
                Assert.Equal(0, city.Store.Count("firm"));
                await city.Turn("firm", Switches.Off);
            }
        }

        Assert.Equal(30, await bank.Tables(db => db.Set<OutboxMessage>().CountAsync(m => m.State == DeliveryState.Delivered)));
        var kept = city.Store.Newest("firm", 0, 1_000).OrderBy(m => m.Number).ToList();
        Assert.Equal(sent.OrderBy(m => m.Reference, StringComparer.Ordinal).Select(m => m.Body),
            kept.OrderBy(m => m.Subject, StringComparer.Ordinal).Select(m => Encoding.UTF8.GetString(m.Body)));
        Assert.All(kept, message => Assert.Equal(0, message.Conflicts));
        // Only where answers get lost does a message come again: otherwise the switches would do nothing.
        Assert.Equal(lost > 0, kept.Exists(message => message.Times > 1));
        var attempts = await bank.Tables(db => db.Set<DeliveryAttempt>().CountAsync());
        Assert.Equal(errors > 0 || lost > 0 || down, attempts > 30);
    }

    [Fact]
    public async Task City_AfterARestart_RemembersMessagesAndSwitches()
    {
        var first = await RunningCity.Start();
        await first.Turn("sms", new Switches(ErrorPercent: 10));
        using (var answer = await first.Client.PostAsJsonAsync("/sms/messages", new { to = "1", text = "验证码" }, Cancel)) Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var folder = await first.Stop();
        await using var again = await RunningCity.Start(folder);
        Assert.Equal(1, again.Store.Count("sms"));
        Assert.Equal(10, (await again.Client.GetFromJsonAsync<JsonElement>("/api/actors/sms/switches", Cancel)).GetProperty("errorPercent").GetInt32());
    }

    [Fact]
    public async Task AnotherContentUnderOneId_IsNotKeptAndCounted()
    {
        await using var city = await RunningCity.Start();
        foreach (var body in new[] { "one", "one", "other" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/firm/events") { Content = new StringContent(body) };
            request.Headers.Add("ce-id", "7");
            using var answer = await city.Client.SendAsync(request, Cancel);
        }
        var kept = Assert.Single(city.Store.Newest("firm", 0, 10));
        Assert.Equal(("one", 3, 1), (Encoding.UTF8.GetString(kept.Body), kept.Times, kept.Conflicts));
    }

    [Theory]
    [InlineData(-1, 0, "delayMilliseconds")]
    [InlineData(120_001, 0, "delayMilliseconds")]
    [InlineData(0, 101, "errorPercent")]
    public async Task Switches_OutOfRange_AreRefusedByName(int delay, int errors, string field)
    {
        await using var city = await RunningCity.Start();
        using var answer = await city.Client.PutAsJsonAsync("/api/actors/firm/switches", new Switches(delay, errors), Cancel);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains(field, await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await city.Client.GetAsync("/api/actors/nobody/switches", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Scanner_FindsTheTestFileAnywhere_AndNothingInOthers()
    {
        // In two halves, or a scanner would find it in this file.
        var sample = @"X5O!P%@AP[4\PZX54(P^)7CC)7}" + "$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";
        await using var city = await RunningCity.Start();
        foreach (var (content, clean) in new[] { (sample, false), ("before " + sample + " after", false), ("a contract", true), ("", true) })
        {
            using var answer = await city.Client.PostAsync("/scanner/scan", new StringContent(content), Cancel);
            Assert.Equal(clean, (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("clean").GetBoolean());
        }
    }

    [Theory]
    [InlineData("zh-CN")]
    [InlineData("en")]
    public async Task Pages_InBothLanguages_ShowWhatThereIs(string language)
    {
        await using var city = await RunningCity.Start();
        using var sent = await city.Client.PostAsJsonAsync("/mail/messages", new { to = "wang@example.org", text = "<b>您好</b>" }, Cancel);
        city.Client.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
        var number = city.Store.Newest("mail", 0, 1).Single().Number;
        foreach (var path in new[] { "/", "/actors/mail", $"/messages/{number}", "/actors/scanner" })
        {
            var page = await city.Client.GetStringAsync(path, Cancel);
            Assert.DoesNotContain("⟦", page, StringComparison.Ordinal);
            Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
            Assert.Contains($"<html lang=\"{language}\"", page, StringComparison.Ordinal);
        }
        foreach (var path in new[] { "/actors/nobody", "/messages/999", "/no/such/page" })
            Assert.Equal(HttpStatusCode.NotFound, (await city.Client.GetAsync(path, Cancel)).StatusCode);
    }

    /// <summary>The city uses parts of pages that live beside the bank's database; it never names the database itself.</summary>
    [Fact]
    public void City_NamesNothingThatHoldsTheBanksData()
    {
        using var file = File.OpenRead(typeof(CityStore).Assembly.Location);
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        var named = metadata.TypeReferences.Select(handle => metadata.GetString(metadata.GetTypeReference(handle).Name)).ToList();
        Assert.Contains("IStringLocalizer", named);
        foreach (var forbidden in new[] { nameof(CityDb), nameof(PlatformOptions), nameof(PersonalData), "Book", "ILedger" }) Assert.DoesNotContain(forbidden, named);
    }

    static Task<int> Waiting(TestBank bank) => bank.Tables(db => db.Set<OutboxMessage>().CountAsync(m => m.State == DeliveryState.Waiting));

    static Task Register(TestBank bank, RunningCity city) => bank.Tables(async db =>
    {
        var plan = RetryPlan.Parse(string.Join(' ', Enumerable.Repeat("1", 20)));
        db.Add(new Destination { Name = "firm", Address = city.Address + "/firm/events", RetryPlan = plan, CreatedAt = bank.Clock.UtcNow() });
        return await db.SaveChangesAsync();
    });
}
