using static Pujiang.Ledger.Layout;

namespace Pujiang.Ledger;

/// <summary>The records "account opened" and "limits changed".</summary>
static class AccountRecord
{
    public static void WriteOpened(Batch batch, Account account, int number, long now)
    {
        var (asset, chart, owner) = (account.Asset.Code, account.ChartCode, account.Reference);
        var ownerBytes = Encoding.UTF8.GetByteCount(owner);
        var record = batch.Append(Align(AccountTexts + asset.Length + chart.Length + ownerBytes));
        WriteFixed(record, RecordType.AccountOpened, account.Id, number, account.Limits, now);
        record[Layout.AccountKind] = (byte)account.Kind;
        record[AssetScale] = (byte)account.Asset.Scale;
        (record[AssetBytes], record[ChartBytes], record[OwnerBytes]) = ((byte)asset.Length, (byte)chart.Length, (byte)ownerBytes);
        Encoding.ASCII.GetBytes(asset, record[AccountTexts..]);
        Encoding.ASCII.GetBytes(chart, record[(AccountTexts + asset.Length)..]);
        Encoding.UTF8.GetBytes(owner, record[(AccountTexts + asset.Length + chart.Length)..]);
    }

    public static void WriteLimits(Batch batch, AccountId id, int number, Limits limits, long now)
    {
        var record = batch.Append(AccountTexts);
        WriteFixed(record, RecordType.LimitsChanged, id, number, limits, now);
    }

    static void WriteFixed(Span<byte> record, RecordType type, AccountId id, int number, Limits limits, long now)
    {
        record[Layout.Type] = (byte)type;
        Put(record, AccountNumber, number);
        Put(record, AccountTime, now);
        Put(record, Layout.AccountId, id.Value);
        Put(record, Overdraft, limits.Overdraft);
        Put(record, FrozenAmount, limits.FrozenAmount);
        record[Layout.LimitFlags] = (byte)AccountSlot.FlagsOf(limits);
    }

    public static int Number(ReadOnlySpan<byte> record) => Int32(record, AccountNumber);
    public static long Time(ReadOnlySpan<byte> record) => Int64(record, AccountTime);

    public static Limits Limits(ReadOnlySpan<byte> record)
    {
        var flags = record[Layout.LimitFlags];
        return new Limits(Int64(record, Overdraft), (flags & 1) != 0, (flags & 2) != 0, Int64(record, FrozenAmount), (flags & 4) != 0);
    }

    public static Account Account(ReadOnlySpan<byte> record)
    {
        var (asset, chart, owner) = (record[AssetBytes], record[ChartBytes], record[OwnerBytes]);
        var texts = record[AccountTexts..];
        return new Account
        {
            Id = new AccountId(Layout.Guid(record, Layout.AccountId)),
            Asset = new Asset(Encoding.ASCII.GetString(texts[..asset]), record[AssetScale]),
            Kind = (AccountKind)record[Layout.AccountKind],
            ChartCode = Encoding.ASCII.GetString(texts.Slice(asset, chart)),
            Reference = Encoding.UTF8.GetString(texts.Slice(asset + chart, owner)),
            Limits = Limits(record),
        };
    }
}

/// <summary>The record "period closed".</summary>
static class PeriodRecord
{
    public static void Write(Batch batch, DateOnly through, long now)
    {
        var record = batch.Append(RefusalBytes);
        record[Layout.Type] = (byte)RecordType.PeriodClosed;
        Put(record, PeriodTime, now);
        Put(record, PeriodThrough, through.DayNumber);
    }

    public static long Time(ReadOnlySpan<byte> record) => Int64(record, PeriodTime);
    public static DateOnly Through(ReadOnlySpan<byte> record) => DateOnly.FromDayNumber(Int32(record, PeriodThrough));
}

/// <summary>A refusal that is remembered: the same question gets the same answer for ever.</summary>
static class RefusalRecord
{
    public static void Write(Batch batch, Command command, EntryResult result)
    {
        var record = batch.Append(RefusalBytes);
        record[Layout.Type] = (byte)RecordType.Refusal;
        record[RefusalStatus] = (byte)result.Status;
        BinaryPrimitives.WriteInt16LittleEndian(record[RefusalLeg..], (short)result.Leg);
        Put(record, RefusedAt, result.PostedAt.Ticks);
        Put(record, Layout.Id, command.Id.Value);
        HashContent(command, record.Slice(ContentHash, 16));
    }

    public static bool Matches(ReadOnlySpan<byte> record, Command command)
    {
        Span<byte> hash = stackalloc byte[16];
        HashContent(command, hash);
        return hash.SequenceEqual(record.Slice(ContentHash, 16));
    }

    public static EntryResult Result(ReadOnlySpan<byte> record) => new(
        (EntryStatus)record[RefusalStatus], 0, new DateTime(Int64(record, RefusedAt), DateTimeKind.Utc),
        BinaryPrimitives.ReadInt16LittleEndian(record[RefusalLeg..]), Repeated: true);

    /// <summary>128 bits of SHA-256 over everything that the caller said but <see cref="Entry.Linked"/>; each part of fixed length or led by it.</summary>
    static void HashContent(Command command, Span<byte> into)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var said = command.Bytes;
        hash.AppendData(said[Layout.Type..Layout.Sequence]);
        hash.AppendData(said[Layout.Id..Requested]);
        for (var i = 0; i < command.LegCount; i++)
            hash.AppendData(said.Slice(EntryHeader + i * LegBytes + LegSide, CommandLegId + 16 - LegSide));
        hash.AppendData(said[(EntryHeader + command.LegCount * LegBytes)..]);
        Span<byte> full = stackalloc byte[32];
        hash.GetHashAndReset(full);
        full[..16].CopyTo(into);
    }
}

/// <summary>The id of the entry that the ledger writes when a hold's time is over.</summary>
static class ExpiryId
{
    /// <remarks>The attempt is 0, unless a caller has already used the id that would come out.</remarks>
    public static EntryId Of(EntryId hold, int attempt)
    {
        Span<byte> name = stackalloc byte[32];
        "pujiang/expiry"u8.CopyTo(name);
        hold.Value.TryWriteBytes(name[16..]);
        Span<byte> hash = stackalloc byte[32];
        name[15] = (byte)attempt;
        SHA256.HashData(name, hash);
        // A name-based UUID of version 8 (RFC 9562, section 5.8).
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new EntryId(new Guid(hash[..16], bigEndian: true));
    }
}
