using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pujiang.Platform;
using SmtpServer.Protocol;

namespace Pujiang.Services.Tests;

/// <summary>Letters, from the outbox over real SMTP to a mailbox.</summary>
public sealed class MailTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, BothDatabases]
    public async Task Letter_ArrivesAsTextAndHtml_WithTheIdOfItsMessage(TestDatabase database)
    {
        await using var server = MailServer.Start();
        await using var bank = await Bank(database, server.Port);
        await Told.Tell(bank, "<b>王</b> & Co.");
        await Told.Deliver(bank);
        var letter = Assert.Single(server.Got);
        Assert.Equal("转账¥1.00已完成", letter.Subject);
        Assert.Equal(("wang@example.com", "no-reply@bank.example"), (letter.To.Mailboxes.Single().Address, letter.From.Mailboxes.Single().Address));
        Assert.Contains("向<b>王</b> & Co.转出¥1.00", letter.TextBody, StringComparison.Ordinal);
        Assert.Contains("https://bank.example/payments", letter.TextBody, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;王&lt;/b&gt; &amp; Co.", letter.HtmlBody, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", letter.HtmlBody, StringComparison.Ordinal);
        var id = await bank.Tables(db => db.Set<OutboxMessage>().Select(m => m.Id).SingleAsync());
        Assert.Equal($"{id:N}@bank.example", letter.MessageId);
        Assert.Equal("auto-generated", letter.Headers["Auto-Submitted"]);
    }

    [Fact]
    public async Task Unsubscribe_ByThePostOfTheLetter_EndsLettersOfTheGroupOnly()
    {
        await using var server = MailServer.Start();
        await using var bank = await Bank(TestDatabase.Sqlite, server.Port);
        await Told.Tell(bank, "王");
        await Told.Deliver(bank);
        var letter = Assert.Single(server.Got);
        Assert.Equal("List-Unsubscribe=One-Click", letter.Headers["List-Unsubscribe-Post"]);
        var parts = new Uri(letter.Headers["List-Unsubscribe"]!.Trim('<', '>')).AbsolutePath.Split('/');
        Assert.Equal("unsubscribe", parts[1]);
        var (owner, group, token) = (Guid.Parse(parts[2]), parts[3], parts[4]);
        Assert.IsType<Microsoft.AspNetCore.Http.HttpResults.NotFound>((await bank.Call((ChangeNotificationSettings s) => s.Unsubscribe(owner, "Receipts", token, Cancel))).Result);
        Assert.IsType<Microsoft.AspNetCore.Http.HttpResults.NotFound>((await bank.Call((ChangeNotificationSettings s) => s.Unsubscribe(Guid.NewGuid(), group, token, Cancel))).Result);
        await bank.Call((ChangeNotificationSettings s) => s.Unsubscribe(owner, group, token, Cancel));
        var settings = await bank.Tables(db => db.Set<NotificationSettings>().SingleAsync());
        Assert.Equal((Channels.None, Channels.Email | Channels.Sms), (settings.Payments, settings.Receipts));
        await Told.Tell(bank, "李");
        await Told.Deliver(bank);
        Assert.Single(server.Got);
    }

    [Fact]
    public async Task SecurityLetter_HasNoWayToEndIt()
    {
        await using var server = MailServer.Start();
        await using var bank = await Bank(TestDatabase.Sqlite, server.Port);
        await bank.Tables(db => { db.AlertSignInChanged(Told.Owner, "passkey-added"); return db.SaveChangesAsync(); });
        await Told.Deliver(bank);
        Assert.Null(Assert.Single(server.Got).Headers["List-Unsubscribe"]);
    }

    /// <summary>A value may hold what ends a header; the subject and the receivers stay what they were.</summary>
    [Fact]
    public async Task LineBreaks_InAValue_AddNoHeader()
    {
        await using var server = MailServer.Start();
        await using var bank = await Bank(TestDatabase.Sqlite, server.Port);
        await Told.Tell(bank, "x\r\nBcc: thief@example.com\r\n\r\nbody");
        await Told.Deliver(bank);
        var letter = Assert.Single(server.Got);
        Assert.Empty(letter.Bcc);
        Assert.Null(letter.Headers["Bcc"]);
        Assert.Single(letter.To);
    }

    [Theory, BothDatabases]
    public async Task Server_ThatIsAway_OrSaysLater_GetsTheSameLetterAgainByThePlan(TestDatabase database)
    {
        await using var server = MailServer.Start();
        server.Answer = new SmtpResponse((SmtpReplyCode)451, "later");
        await using var bank = await Bank(database, server.Port);
        await Told.Tell(bank, "王");
        await Told.Deliver(bank);
        server.Answer = SmtpResponse.Ok;
        await Told.Deliver(bank);
        Assert.Single(server.Got);
        bank.Clock.Advance(TimeSpan.FromMinutes(1));
        await Told.Deliver(bank);
        Assert.Equal(2, server.Got.Count);
        Assert.Single(server.Got.Select(letter => letter.MessageId).Distinct());
        await Told.Deliver(bank);
        Assert.Equal(2, server.Got.Count);
        var first = await bank.Tables(db => db.Set<DeliveryAttempt>().OrderBy(a => a.Attempt).FirstAsync());
        Assert.Equal(451, first.Status);
    }

    [Theory, BothDatabases]
    public async Task Address_ThatItsServerDoesNotKnow_IsMarked_AndGetsNothingUntilItIsProvedAnew(TestDatabase database)
    {
        await using var server = MailServer.Start();
        server.Unknown.Add("wang");
        await using var bank = await Bank(database, server.Port);
        await Told.Tell(bank, "王");
        await Told.Deliver(bank);
        Assert.Empty(server.Got);
        Assert.Equal(DeliveryState.GivenUp, await bank.Tables(db => db.Set<OutboxMessage>().Select(m => m.State).SingleAsync()));
        Assert.True((await bank.Call((ChangeNotificationSettings s) => s.Find(Told.Wang, Cancel))).EmailRefused);
        await Told.Tell(bank, "李");
        await Told.Deliver(bank);
        Assert.Equal(1, await bank.Tables(db => db.Set<OutboxMessage>().CountAsync()));
        Assert.Equal(2, (await bank.Call((Inbox inbox) => inbox.List(Told.Wang, 1, Languages.English, Cancel))).Messages.Count);

        server.Unknown.Clear();
        Assert.Null(await bank.Call((ChangeNotificationSettings s) => s.AskAddress(Channels.Email, "wang@example.com", Told.Wang, Cancel)));
        await Told.Deliver(bank);
        var code = CodeIn(server.Got.Last().TextBody!);
        Assert.Null(await bank.Call((ChangeNotificationSettings s) => s.ConfirmAddress(Channels.Email, code, Told.Wang, Cancel)));
        Assert.False((await bank.Call((ChangeNotificationSettings s) => s.Find(Told.Wang, Cancel))).EmailRefused);
    }

    internal static string CodeIn(string text) => System.Text.RegularExpressions.Regex.Match(text, "[0-9]{6}", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)).Value;

    [Fact]
    public async Task Connection_ThatIsNotSecure_GetsNoLetter()
    {
        await using var plain = MailServer.Start();
        await using var unknown = MailServer.Start(withCertificate: true);
        foreach (var (port, error) in new[] { (plain.Port, "STARTTLS"), (unknown.Port, "no secure connection") })
        {
            await using var bank = await Bank(TestDatabase.Sqlite, port, "starttls");
            await Told.Tell(bank, "王");
            await Told.Deliver(bank);
            var attempt = await bank.Tables(db => db.Set<DeliveryAttempt>().SingleAsync());
            Assert.Contains(error, attempt.Error, StringComparison.Ordinal);
        }
        Assert.Empty(plain.Got);
        Assert.Empty(unknown.Got);
    }

    /// <summary>Everything that the bank logs while it sends a code, at the finest level.</summary>
    [Fact]
    public async Task Code_AndItsAddress_AreInNoLog()
    {
        var log = new StringBuilder();
        await using var server = MailServer.Start();
        await using var bank = await Bank(TestDatabase.Sqlite, server.Port, more: services => services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new Collected(log))));
        Assert.Null(await bank.Call((ChangeNotificationSettings s) => s.AskAddress(Channels.Email, "li.na@example.com", Told.Wang, Cancel)));
        await Told.Deliver(bank);
        var code = CodeIn(Assert.Single(server.Got).TextBody!);
        Assert.Matches("^[0-9]{6}$", code);
        // A search proves nothing in an empty log.
        Assert.Contains("outbox_message", log.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(code, log.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("li.na@", log.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Port", "must be from 1 to 65535")]
    [InlineData("Security", "starttls, tls or none")]
    [InlineData("From", "must be an address")]
    [InlineData("Password", "belong together")]
    public void WrongSettings_AreNamedAtTheStart(string setting, string rule)
    {
        var right = new MailOptions { Host = "mail", From = "浦江 <no-reply@bank.example>", User = "u", Password = "p" };
        Assert.Equal("smtp://mail:587", right.Destination().Address);
        var wrong = setting switch
        {
            "Port" => right with { Port = 0 },
            "Security" => right with { Security = "ssl" },
            "From" => right with { From = "bank" },
            _ => right with { Password = null },
        };
        var refused = Assert.Throws<InvalidOperationException>(() => wrong.Destination());
        Assert.Contains($"Pujiang:Notifications:Mail:{setting} ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(rule, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wang@example.com")]
    [InlineData(" Wang.Li+bank@mail.example.co ")]
    [InlineData("a@b.cn")]
    public void EmailAddress_OfTheUsualForm_IsTaken(string text) => Assert.Equal(text.Trim(), EmailAddress.Read(text).Value());

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("wang")]
    [InlineData("@example.com")]
    [InlineData("wang@")]
    [InlineData("wang@localhost")]
    [InlineData("wang@example.1")]
    [InlineData("a b@example.com")]
    [InlineData("wang@example.com\r\nBcc: x@example.com")]
    [InlineData("wang@example.com, x@example.com")]
    [InlineData("\"Wang\" <wang@example.com>")]
    [InlineData("wang@example.com>")]
    [InlineData(".wang@example.com")]
    [InlineData("wa..ng@example.com")]
    [InlineData("王@example.com")]
    [InlineData("wang@-example.com")]
    [InlineData("a@b@example.com")]
    public void EmailAddress_OfAnotherForm_IsRefused(string? text) => Assert.True(EmailAddress.Read(text).IsRefused());

    [Fact]
    public void EmailAddress_ThatIsTooLong_IsRefused()
    {
        Assert.True(EmailAddress.Read(new string('a', 65) + "@example.com").IsRefused());
        Assert.True(EmailAddress.Read("a@" + string.Concat(Enumerable.Repeat("abcdefgh.", 30)) + "com").IsRefused());
    }

    /// <summary>A bank whose one customer has an e-mail address and no quiet hours.</summary>
    internal static async Task<TestBank> Bank(TestDatabase database, int port, string security = "none", Action<IServiceCollection>? more = null)
    {
        var bank = await Told.Bank(database, options => options with { Mail = new() { Host = "localhost", Port = port, Security = security, From = "浦江 <no-reply@bank.example>" } }, more);
        await bank.Tables(db =>
        {
            db.Add(new Destination { Name = Mailroom.EmailDestination, Address = $"smtp://localhost:{port}", CreatedAt = bank.Clock.UtcNow() });
            db.Add(new NotificationSettings { OwnerId = Told.Owner, Email = "wang@example.com", HasQuietHours = false });
            return db.SaveChangesAsync();
        });
        return bank;
    }

    sealed class Collected(StringBuilder text) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (text) text.AppendLine(formatter(state, exception)).AppendLine(exception?.ToString());
        }

        public void Dispose() { }
    }
}
