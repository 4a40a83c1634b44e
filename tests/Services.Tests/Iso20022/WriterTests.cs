using System.Text;
using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>What we send is held against the official schemas and against our own rules.</summary>
public sealed class Iso20022WriterTests
{
    static readonly DateTimeOffset Noon = new(2026, 5, 31, 12, 0, 0, TimeSpan.FromHours(8));
    static readonly Money Hundred = new(100_00, Currencies.Find("CNY").Asset);

    static CheckReport Checked(Action<Stream> write, MessageType expected)
    {
        TestData.Require("iso20022", "xsd", $"{expected}.xsd");
        using var stream = new MemoryStream();
        write(stream);
        stream.Position = 0;
        var report = Iso20022Checker.Check(stream, Vectors.WithSchemas);
        Assert.True(report.FindingCount == 0, Vectors.Show(report.Findings) + Encoding.UTF8.GetString(stream.ToArray()));
        Assert.Equal(SchemaResult.Valid, Assert.Single(report.Parts).Schema);
        Assert.Equal(expected, report.Type);
        return report;
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(8, 10)]
    [InlineData(9, 10)]
    [InlineData(11, 11)]
    [InlineData(12, 14)]
    [InlineData(13, 15)]
    public void StatusReport_ForEachVersion_IsValidAndKeepsEveryStatus(int initiation, int answer)
    {
        var report = Report(new MessageType("pain.001", initiation));

        var facts = Checked(stream => StatusReportWriter.Write(stream, report), new MessageType("pain.002", answer)).Facts.Documents[0];

        Assert.Equal("ANSWER-1", facts.MessageId);
        Assert.Equal("PART", Assert.Single(facts.GroupStatuses));
        Assert.Equal(["ACSC", "PDNG", "RJCT"], facts.TransactionStatuses.Keys);
        Assert.Equal(["AM04", "AC01"], facts.ReasonCodes);
    }

    static StatusReport Report(MessageType original) => new()
    {
        Original = original,
        MessageId = "ANSWER-1",
        CreatedAt = Noon,
        OriginalMessageId = "MSG-1",
        OriginalCreated = "2026-05-31T09:00:00+08:00",
        OriginalNumberOfTransactions = "3",
        OriginalControlSum = "300.00",
        GroupStatus = PaymentStatus.PART,
        Payments =
        [
            new("PMT-1")
            {
                OriginalNumberOfTransactions = "3",
                Status = PaymentStatus.PART,
                Transfers =
                [
                    new("E2E-1", PaymentStatus.ACSC)
                    {
                        StatusId = "S1", OriginalInstructionId = "I1", AcceptedAt = Noon, BankReference = "0123456789abcdef0123456789abcdef",
                        OriginalUetr = "e5f6a7b8-c9d0-4234-ab12-345678901234",
                    },
                    new("E2E-2", PaymentStatus.RJCT)
                    {
                        OriginalUetr = "no uuid",
                        Reasons = [new(StatusReasons.InsufficientFunds, string.Join(' ', Enumerable.Repeat("余额不足 balance too low \u0001", 20))), new(StatusReasons.IncorrectAccount)],
                    },
                    new("", PaymentStatus.PDNG),
                ],
            },
        ],
    };

    [Fact]
    public void StatusReport_ForAnUnreadableFile_IsStillValid()
    {
        var report = new StatusReport
        {
            Original = new MessageType("pain.001", 9),
            MessageId = new string('x', 50),
            CreatedAt = Noon,
            OriginalMessageId = "",
            OriginalCreated = "yesterday",
            OriginalNumberOfTransactions = "many",
            OriginalControlSum = "1e5",
            GroupStatus = PaymentStatus.RJCT,
            GroupReasons = [new(StatusReasons.InvalidFileFormat, "The file ends in line 7.")],
        };
        Checked(stream => StatusReportWriter.Write(stream, report), new MessageType("pain.002", 10));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public void Statement_WithEveryKindOfEntry_IsValidAndRollsForward(int version)
    {
        var type = new MessageType("camt.053", version);

        var report = Checked(stream => StatementWriter.Write(stream, Statement(), type), type);

        var statement = Assert.Single(report.Facts.Documents[0].Statements);
        Assert.Equal(new RollForward(-100m, 50m, -50m), statement.RollForward);
        Assert.Equal(2, statement.Entries);
        Assert.Equal("6200123456789", statement.Other);
    }

    static StatementData Statement() => new()
    {
        MessageId = "M-1",
        StatementId = "S-1",
        CreatedAt = Noon,
        SequenceNumber = 7,
        Account = new(null, "6200123456789", "CNY", "浦江纺织有限公司 & Sons", "PUJICNSHXXX"),
        From = Noon.AddDays(-1),
        To = Noon,
        Opening = -Hundred,
        Closing = Hundred with { MinorUnits = -50_00 },
        OpeningDate = new(2026, 5, 30),
        ClosingDate = new(2026, 5, 31),
        Entries = Entries(),
    };

    static StatementEntry[] Entries() =>
    [
        new(Hundred, IsCredit: true, Noon, new(2026, 5, 31), "0123456789abcdef0123456789abcdef")
        {
            EndToEndId = "E2E-1", InstructionId = "I-1", Uetr = "e5f6a7b8-c9d0-4234-ab12-345678901234", CounterpartyName = "张三",
            CounterpartyAccount = "DE89370400440532013000", CounterpartyBic = "COBADEFFXXX", Remittance = new string('字', 300), EntryReference = "1",
        },
        new(Hundred with { MinorUnits = 50_00 }, IsCredit: false, Noon, new(2026, 5, 31), "2")
        {
            CounterpartyAccount = "6222020200112233445", CounterpartyBic = "not a bic", IsReversal = true, Code = BankTransactionCode.Charges,
        },
    ];

    [Fact]
    public void Statement_ThatDoesNotRollForward_IsABug() =>
        Assert.Throws<InvalidOperationException>(() => StatementWriter.Write(Stream.Null, Statement() with { Closing = Hundred }));

    [Fact]
    public void Notification_IsValid()
    {
        var data = new NotificationData
        {
            MessageId = "N-1",
            NotificationId = "N-1",
            CreatedAt = Noon,
            Account = new("DE89370400440532013000", null, "CNY", ""),
            Entries = Entries(),
        };
        var report = Checked(stream => NotificationWriter.Write(stream, data), NotificationWriter.Current);
        Assert.Equal(2, Assert.Single(report.Facts.Documents[0].Statements).Entries);
    }

    [Fact]
    public void Reasons_HaveFourCharactersAndAMeaning()
    {
        Assert.All(StatusReasons.All, reason => Assert.Equal(4, reason.Code.Length));
        Assert.Equal(StatusReasons.All.Count, StatusReasons.All.Select(r => r.Code).Distinct(StringComparer.Ordinal).Count());
    }
}
