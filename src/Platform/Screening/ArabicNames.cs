using System.Collections.Frozen;

namespace Pujiang.Platform;

/// <summary>
/// Vowels for the names that Arabic writes without: consonants alone can't tell Ali from Lee. What is not here is compared by the
/// sound of its consonants.
/// </summary>
static class ArabicNames
{
    // Consonants as AnyAscii writes them, without its signs for ayn and hamza, and the usual English spelling.
    static readonly FrozenDictionary<string, string> Spelling = """
        mhmd muhammad ly ali hmd ahmad hsn hasan hsyn husayn khld khalid mhmwd mahmud bd abd llh allah bdllh abdallah ysf yusuf ywsf yusuf
        brhym ibrahim smyl ismail mr umar mrw amr thmn uthman thman uthman slh salih slym salim slm salim slmn salman slyman sulayman mstf mustafa mstfy mustafa
        rhmn rahman lrhmn alrahman rhym rahim krym karim lkrym alkarim jml jamal jmyl jamil kml kamal kmyl kamil hmyd hamid hamd hamid hamyd hamid syd said sydy saidi sd saad
        fys faysal fysl faysal trq tariq trk tarik nsr nasir nasr nasir nwr nur nwry nuri mhdy mahdi hdy hadi rashd rashid rshyd rashid zkry zakariya yhy yahya ysy isa mwsy musa
        dwd dawud yqwb yaqub sm asim sym qasim qsm qasim bs abbas byd ubayd bydllh ubaydallah zyz aziz lzyz alaziz lqdr alqadir qdr qadir ltyf latif llltyf allatif llttyf allatif
        bw abu by abi bn bin bnt bint m umm ldyn aldin dyn din lhq alhaq tyb tayib mnsr mansur mnswr mansur mlk malik hkym hakim hshm hashim ysm qasim sdm saddam qsy qusay dy uday
        zt izzat hny hani mzhm muzahim sbr sabir brzn barzan twn tawfiq ftm fatima ayshh aysha mrym maryam zynb zaynab lyl layla swd saud fhd fahd bndr bandar
        mshh moshe msh moshe dwyd david mykhl mikhail ysrl israel vrhm avraham bnymyn binyamin
        """.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Chunk(2).DistinctBy(pair => pair[0]).ToFrozenDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

    public static string? Vowelled(string consonants) => Spelling.GetValueOrDefault(consonants);
}
