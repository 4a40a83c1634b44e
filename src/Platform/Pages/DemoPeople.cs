namespace Pujiang.Platform;

/// <summary>People whom the demo offers for one-click sign-in; never asked outside demo mode.</summary>
public interface IDemoPeople
{
    Task<IReadOnlyList<DemoPerson>> List(CancellationToken cancel = default);
}

/// <param name="Id">The user; for a customer also the party.</param>
/// <param name="Role">One of <see cref="Roles"/>, and key of its name: <c>role.{Role}</c>.</param>
/// <param name="Shows">What a visitor can see as this person, in one sentence.</param>
public sealed record DemoPerson(Guid Id, Bilingual Name, string Role, Bilingual Shows)
{
    public bool IsCustomer => !Roles.Staff.Contains(Role, StringComparer.Ordinal);
}

/// <summary>The bank's own people in a demo: two for each work that needs a second person.</summary>
sealed class DemoStaff : IDemoPeople, IStaff
{
    static readonly IReadOnlyList<DemoPerson> Everybody =
    [
        Of("赵敏", "Zhao Min", Roles.Operations, "作业、投递、待复核事项", "Jobs, deliveries, approvals that wait"),
        Of("钱宏", "Qian Hong", Roles.Operations, "复核同事提交的事项", "Approves what a colleague asked for"),
        Of("孙静", "Sun Jing", Roles.Compliance, "名单筛查复核", "Reviews screening hits"),
        Of("李诚", "Li Cheng", Roles.Compliance, "复核合规决定", "Approves compliance decisions"),
        Of("周安", "Zhou An", Roles.Security, "人员、角色与密钥", "People, roles and keys"),
        Of("吴稳", "Wu Wen", Roles.Security, "复核安全变更", "Approves changes of security"),
        Of("郑明", "Zheng Ming", Roles.Auditor, "查看一切，不改动任何内容", "Sees everything, changes nothing"),
        Of("王芳", "Wang Fang", Roles.Teller, "柜台开户与现金", "Opens accounts and takes cash at the counter"),
    ];

    static DemoPerson Of(string name, string english, string role, string shows, string showsEnglish) =>
        new(NameBasedId.From("platform", "staff", english), new Bilingual(name, english), role, new Bilingual(shows, showsEnglish));

    public Task<IReadOnlyList<DemoPerson>> List(CancellationToken cancel = default) => Task.FromResult(Everybody);

    Task<IReadOnlyList<StaffMember>> IStaff.List(CancellationToken cancel) =>
        Task.FromResult<IReadOnlyList<StaffMember>>([.. Everybody.Select(person => new StaffMember(person.Id, person.Name, [person.Role]))]);
}

public static class DemoPeopleExtensions
{
    /// <summary>Everybody whom the demo offers: customers first, then staff.</summary>
    public static async Task<IReadOnlyList<DemoPerson>> All(this IEnumerable<IDemoPeople> sources, CancellationToken cancel = default)
    {
        var people = new List<DemoPerson>();
        foreach (var source in sources) people.AddRange(await source.List(cancel));
        return [.. people.OrderBy(person => !person.IsCustomer)];
    }
}
