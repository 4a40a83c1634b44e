namespace Pujiang.Platform;

/// <summary>The roles of staff in words, for pages and for what a colleague is asked to allow.</summary>
static class StaffRoles
{
    static readonly Dictionary<string, Bilingual> Names = new(StringComparer.Ordinal)
    {
        [Roles.Teller] = new("柜员", "Teller"),
        [Roles.Operations] = new("运营", "Operations"),
        [Roles.Compliance] = new("合规", "Compliance"),
        [Roles.Security] = new("安全管理", "Security"),
        [Roles.Auditor] = new("审计", "Auditor"),
    };

    /// <summary>The roles of staff, to be chosen on a page.</summary>
    public static IReadOnlyList<Choice> Choices => [.. Roles.Staff.Select(role => new Choice(role, Names[role].Here))];

    /// <summary>Several roles as one text, in the order of <see cref="Roles.Staff"/>.</summary>
    public static Bilingual Written(IEnumerable<string> roles)
    {
        var names = Roles.Staff.Intersect(roles, StringComparer.Ordinal).Select(role => Names[role]).ToList();
        return new Bilingual(string.Join("、", names.Select(name => name.Chinese)), string.Join(", ", names.Select(name => name.English)));
    }
}
