namespace Pujiang.Accounts;

/// <summary>
/// What this bank understands of the messages, in a notation of its own. One line is one rule:
/// <code>
/// Name = Element Element ...      the children, in this order
/// Name | Element Element ...      exactly one of them
/// Element!  exactly once   Element  at most once   Element+  at least once   Element*  any number   Element*7  at most 7
/// :type     a rule, or tN text of 1 to N characters, nN digits, {A,B} a code list, others in Simple; none: kept unread
/// @8-       only from version 8 of the message on;  @-7 only up to version 7
/// </code>
/// One rule covers all versions: the standard adds elements between others but does not swap them. Each rule names all
/// that the schemas we know have there; a test compares every line with them. What another version may add is kept and
/// reported: as an error in pain.001, which makes us pay, else as a warning.
/// </summary>
static class GrammarText
{
    /// <summary>Messages, the versions that are read, and the rule of what stands in Document (AppHdr for head.001).</summary>
    public const string Messages = """
        pain.001 3-13 CstmrCdtTrfInitn
        pain.002 3-15 CstmrPmtStsRpt
        pacs.002 3-16 FIToFIPmtStsRpt
        pacs.004 2-15 PmtRtr
        pacs.008 2-14 FIToFICstmrCdtTrf
        pacs.009 2-13 FICdtTrf
        camt.029 3-14 RsltnOfInvstgtn
        camt.052 2-14 BkToCstmrAcctRpt
        camt.053 2-14 BkToCstmrStmt
        camt.054 2-14 BkToCstmrDbtCdtNtfctn
        camt.056 1-12 FIToFIPmtCxlReq
        head.001 1-4 AppHdr
        """;

    public const string Rules = """
        CstmrCdtTrfInitn = GrpHdr!:InitiationHeader PmtInf+:PaymentBlock SplmtryData*
        InitiationHeader = MsgId!:t35 CreDtTm!:datetime Authstn*2 NbOfTxs!:n15 CtrlSum:decimal InitgPty!:Party FwdgAgt:Agent InitnSrc
        PaymentBlock = PmtInfId!:t35 PmtMtd!:{CHK,TRF,TRA} ReqdAdvcTp BtchBookg:bool NbOfTxs:n15 CtrlSum:decimal PmtTpInf:PaymentType ReqdExctnDt!:date@-7 ReqdExctnDt!:DateOrTime@8- PoolgAdjstmntDt:date Dbtr!:Party DbtrAcct!:Account DbtrAgt!:Agent DbtrAgtAcct:Account InstrForDbtrAgt:t140 UltmtDbtr:Party ChrgBr:{DEBT,CRED,SHAR,SLEV} ChrgsAcct:Account ChrgsAcctAgt:Agent CdtTrfTxInf+:Transfer
        Transfer = PmtId!:TransferId PmtTpInf:PaymentType Amt!:TransferAmount XchgRateInf:ExchangeRate ChrgBr:{DEBT,CRED,SHAR,SLEV} MndtRltdInf ChqInstr UltmtDbtr:Party IntrmyAgt1:Agent IntrmyAgt1Acct:Account IntrmyAgt2:Agent IntrmyAgt2Acct:Account IntrmyAgt3:Agent IntrmyAgt3Acct:Account CdtrAgt:Agent CdtrAgtAcct:Account Cdtr:Party CdtrAcct:Account UltmtCdtr:Party InstrForCdtrAgt*:Instruction InstrForDbtrAgt Purp:Code4OrText RgltryRptg*10 Tax RltdRmtInf*10 RmtInf:Remittance SplmtryData*
        TransferId = InstrId:t35 EndToEndId!:t35 UETR:uuid@9-
        TransferAmount | InstdAmt:amount EqvtAmt:EquivalentAmount
        EquivalentAmount = Amt!:amount CcyOfTrf!:currency
        ExchangeRate = UnitCcy:currency XchgRate:rate RateTp:{SPOT,SALE,AGRD} CtrctId:t35
        Instruction = Cd InstrInf:t140
        PaymentType = InstrPrty:{HIGH,NORM} ClrChanl:{RTGS,RTNS,MPNS,BOOK} SvcLvl*:Code4OrText LclInstrm:Code35OrText SeqTp CtgyPurp:Code4OrText

        FIToFICstmrCdtTrf = GrpHdr!:SettlementHeader CdtTrfTxInf+:CustomerTransfer SplmtryData*
        FICdtTrf = GrpHdr!:SettlementHeader CdtTrfTxInf+:BankTransfer SplmtryData*
        SettlementHeader = MsgId!:t35 CreDtTm!:datetime XpryDtTm BtchBookg:bool NbOfTxs!:n15 CtrlSum:decimal TtlIntrBkSttlmAmt:amount IntrBkSttlmDt:date SttlmInf!:Settlement PmtTpInf:PaymentType InstgAgt:Agent InstdAgt:Agent
        Settlement = SttlmMtd!:{INDA,INGA,COVE,CLRG} SttlmAcct:Account ClrSys InstgRmbrsmntAgt:Agent InstgRmbrsmntAgtAcct:Account InstdRmbrsmntAgt:Agent InstdRmbrsmntAgtAcct:Account ThrdRmbrsmntAgt:Agent ThrdRmbrsmntAgtAcct:Account
        CustomerTransfer = PmtId!:InterbankId PmtTpInf:PaymentType IntrBkSttlmAmt!:amount IntrBkSttlmDt:date SttlmPrty:{URGT,HIGH,NORM} SttlmTmIndctn SttlmTmReq AddtlDtTm AccptncDtTm:datetime PoolgAdjstmntDt:date InstdAmt:amount XchgRate:rate AgrdRate ChrgBr!:{DEBT,CRED,SHAR,SLEV} ChrgsInf*:Charges MndtRltdInf PmtSgntr PrvsInstgAgt1:Agent PrvsInstgAgt1Acct:Account PrvsInstgAgt2:Agent PrvsInstgAgt2Acct:Account PrvsInstgAgt3:Agent PrvsInstgAgt3Acct:Account InstgAgt:Agent InstdAgt:Agent IntrmyAgt1:Agent IntrmyAgt1Acct:Account IntrmyAgt2:Agent IntrmyAgt2Acct:Account IntrmyAgt3:Agent IntrmyAgt3Acct:Account UltmtDbtr:Party InitgPty:Party Dbtr!:Party DbtrAcct:Account DbtrAgt!:Agent DbtrAgtAcct:Account CdtrAgt!:Agent CdtrAgtAcct:Account Cdtr!:Party CdtrAcct:Account UltmtCdtr:Party InstrForCdtrAgt*:Instruction InstrForNxtAgt*:Instruction Purp:Code4OrText RgltryRptg*10 Tax RltdRmtInf*10 RmtInf:Remittance SplmtryData*
        BankTransfer = PmtId!:InterbankId PmtTpInf:PaymentType IntrBkSttlmAmt!:amount IntrBkSttlmDt:date SttlmPrty:{URGT,HIGH,NORM} SttlmTmIndctn SttlmTmReq XpryDtTm PmtSgntr PrvsInstgAgt1:Agent PrvsInstgAgt1Acct:Account PrvsInstgAgt2:Agent PrvsInstgAgt2Acct:Account PrvsInstgAgt3:Agent PrvsInstgAgt3Acct:Account InstgAgt:Agent InstdAgt:Agent IntrmyAgt1:Agent IntrmyAgt1Acct:Account IntrmyAgt2:Agent IntrmyAgt2Acct:Account IntrmyAgt3:Agent IntrmyAgt3Acct:Account UltmtDbtr:Agent Dbtr!:Agent DbtrAcct:Account DbtrAgt:Agent DbtrAgtAcct:Account CdtrAgt:Agent CdtrAgtAcct:Account Cdtr!:Agent CdtrAcct:Account UltmtCdtr:Agent InstrForCdtrAgt*:Instruction InstrForNxtAgt*:Instruction Purp:Code4OrText RgltryRptg*10 RmtInf UndrlygAllcn* UndrlygCstmrCdtTrf:Underlying UndrlygFICdtTrf SplmtryData*
        Underlying = PmtId:InterbankId PmtTpInf:PaymentType UltmtDbtr:Party InitgPty:Party Dbtr!:Party DbtrAcct:Account DbtrAgt!:Agent DbtrAgtAcct:Account PrvsInstgAgt1:Agent PrvsInstgAgt1Acct:Account PrvsInstgAgt2:Agent PrvsInstgAgt2Acct:Account PrvsInstgAgt3:Agent PrvsInstgAgt3Acct:Account IntrmyAgt1:Agent IntrmyAgt1Acct:Account IntrmyAgt2:Agent IntrmyAgt2Acct:Account IntrmyAgt3:Agent IntrmyAgt3Acct:Account CdtrAgt!:Agent CdtrAgtAcct:Account Cdtr!:Party CdtrAcct:Account UltmtCdtr:Party InstrForCdtrAgt*:Instruction InstrForNxtAgt*:Instruction Purp:Code4OrText Tax RmtInf:Remittance InstdAmt:amount
        InterbankId = InstrId:t35 EndToEndId!:t35 TxId:t35 UETR:uuid ClrSysRef:t35
        Charges = Amt!:amount Agt!:Agent Tp

        PmtRtr = GrpHdr!:ReturnHeader OrgnlGrpInf TxInf*:Return SplmtryData*
        ReturnHeader = MsgId!:t35 CreDtTm!:datetime Authstn*2 BtchBookg:bool NbOfTxs!:n15 CtrlSum:decimal GrpRtr:bool TtlRtrdIntrBkSttlmAmt:amount IntrBkSttlmDt:date SttlmInf!:Settlement PmtTpInf:PaymentType InstgAgt:Agent InstdAgt:Agent
        Return = RtrId:t35 OrgnlGrpInf:OriginalGroup OrgnlInstrId:t35 OrgnlEndToEndId:t35 OrgnlTxId:t35 OrgnlUETR:uuid OrgnlClrSysRef:t35 OrgnlIntrBkSttlmAmt:amount OrgnlIntrBkSttlmDt:date PmtTpInf RtrdIntrBkSttlmAmt!:amount IntrBkSttlmDt:date SttlmPrty:{URGT,HIGH,NORM} SttlmTmIndctn SttlmTmReq RtrdInstdAmt:amount XchgRate:rate AgrdRate CompstnAmt:amount ChrgBr:{DEBT,CRED,SHAR,SLEV} ChrgsInf*:Charges ClrSysRef:t35 InstgAgt:Agent InstdAgt:Agent RtrChain RtrRsnInf*:Reason OrgnlTxRef SplmtryData*
        OriginalGroup = OrgnlMsgId!:t35 OrgnlMsgNmId!:t35 OrgnlCreDtTm:datetime
        Reason = Orgtr:Party Rsn:Code4OrText AddtlInf*:t105

        CstmrPmtStsRpt = GrpHdr!:StatusHeader OrgnlGrpInfAndSts!:GroupStatus OrgnlPmtInfAndSts*:PaymentStatus SplmtryData*
        StatusHeader = MsgId!:t35 CreDtTm!:datetime InitgPty:Party FwdgAgt:Agent DbtrAgt:Agent CdtrAgt:Agent
        GroupStatus = OrgnlMsgId!:t35 OrgnlMsgNmId!:t35 OrgnlCreDtTm:datetime OrgnlNbOfTxs:n15 OrgnlCtrlSum:decimal GrpSts:t4 StsRsnInf*:Reason NbOfTxsPerSts*:CountPerStatus
        PaymentStatus = OrgnlPmtInfId!:t35 OrgnlNbOfTxs:n15 OrgnlCtrlSum:decimal PmtInfSts:t4 StsRsnInf*:Reason NbOfTxsPerSts*:CountPerStatus TxInfAndSts*:TransferStatus
        CountPerStatus = DtldNbOfTxs!:n15 DtldSts!:t4 DtldCtrlSum:decimal
        TransferStatus = StsId:t35 OrgnlInstrId:t35 OrgnlEndToEndId:t35 OrgnlUETR:uuid TxSts:t4 StsRsnInf*:Reason ChrgsInf* TrckrData AccptncDtTm:datetime AcctSvcrRef:t35 ClrSysRef:t35 OrgnlTxRef SplmtryData*
        FIToFIPmtStsRpt = GrpHdr!:InterbankStatusHeader OrgnlGrpInfAndSts* TxInfAndSts*:InterbankStatus SplmtryData*
        InterbankStatusHeader = MsgId!:t35 CreDtTm!:datetime InstgAgt:Agent InstdAgt:Agent OrgnlBizQry
        InterbankStatus = StsId:t35 OrgnlGrpInf:OriginalGroup OrgnlInstrId:t35 OrgnlEndToEndId:t35 OrgnlTxId:t35 OrgnlUETR:uuid TxSts:t4 StsRsnInf*:Reason ChrgsInf* AccptncDtTm:datetime PrcgDt FctvIntrBkSttlmDt AcctSvcrRef:t35 ClrSysRef:t35 CdtSttlmKey InstgAgt:Agent InstdAgt:Agent OrgnlTxRef SplmtryData*

        BkToCstmrAcctRpt = GrpHdr!:BankHeader Rpt+:Report SplmtryData*
        BkToCstmrStmt = GrpHdr!:BankHeader Stmt+:Statement SplmtryData*
        BkToCstmrDbtCdtNtfctn = GrpHdr!:BankHeader Ntfctn+:Notification SplmtryData*
        BankHeader = MsgId!:t35 CreDtTm!:datetime MsgRcpt:Party MsgPgntn:Page OrgnlBizQry AddtlInf:t500
        Page = PgNb!:n5 LastPgInd!:bool
        Period = FrDtTm:datetime ToDtTm:datetime
        Statement = Id!:t35 StmtPgntn:Page ElctrncSeqNb:decimal RptgSeq LglSeqNb:decimal CreDtTm:datetime FrToDt:Period CpyDplctInd:{CODU,COPY,DUPL} RptgSrc Acct!:OwnAccount RltdAcct:Account Intrst* Bal+:Balance TxsSummry:Summary Ntry*:Entry AddtlStmtInf:t500
        Report = Id!:t35 RptPgntn:Page ElctrncSeqNb:decimal RptgSeq LglSeqNb:decimal CreDtTm:datetime FrToDt:Period CpyDplctInd:{CODU,COPY,DUPL} RptgSrc Acct!:OwnAccount RltdAcct:Account Intrst* Bal*:Balance TxsSummry:Summary Ntry*:Entry AddtlRptInf:t500
        Notification = Id!:t35 NtfctnPgntn:Page ElctrncSeqNb:decimal RptgSeq LglSeqNb:decimal CreDtTm:datetime FrToDt:Period CpyDplctInd:{CODU,COPY,DUPL} RptgSrc Acct!:OwnAccount RltdAcct:Account Intrst* TxsSummry:Summary Ntry*:Entry AddtlNtfctnInf:t500
        OwnAccount = Id:AccountNumber Tp Ccy:currency Nm:t70 Prxy Ownr:Party Svcr:Agent
        Balance = Tp! CdtLine* Amt!:amount CdtDbtInd!:{CRDT,DBIT} Dt!:DateOrTime Avlbty*
        Summary = TtlNtries:EntryTotal TtlCdtNtries:EntryTotal TtlDbtNtries:EntryTotal TtlNtriesPerBkTxCd*
        EntryTotal = NbOfNtries:n15 Sum:decimal TtlNetNtryAmt:decimal CdtDbtInd:{CRDT,DBIT} TtlNetNtry
        Entry = NtryRef:t35 Amt!:amount CdtDbtInd!:{CRDT,DBIT} RvslInd:bool Sts! BookgDt:DateOrTime ValDt:DateOrTime AcctSvcrRef:t35 Avlbty* BkTxCd!:TransactionCode ComssnWvrInd:bool AddtlInfInd AmtDtls Chrgs* TechInptChanl Intrst* CardTx NtryDtls*:EntryDetails AddtlNtryInf:t500
        EntryDetails = Btch TxDtls*:TransactionDetails
        TransactionDetails = Refs:References Amt:amount CdtDbtInd:{CRDT,DBIT} AmtDtls Avlbty* BkTxCd:TransactionCode Chrgs* Intrst* RltdPties RltdAgts LclInstrm PmtTpInf Purp:Code4OrText RltdRmtInf*10 RmtInf:Remittance RltdDts RltdPric RltdQties* FinInstrmId Tax RtrInf CorpActn RltdCorpActn SfkpgAcct UndrlygAllcn* CshDpst* CardTx InstrCpy AddtlTxInf:t500 SplmtryData*
        References = MsgId:t35 AcctSvcrRef:t35 PmtInfId:t35 InstrId:t35 EndToEndId:t35 UETR:uuid TxId:t35 MndtId:t35 ChqNb:t35 ClrSysRef:t35 AcctOwnrTxId:t35 AcctSvcrTxId:t35 MktInfrstrctrTxId:t35 PrcgId:t35 RtrId:t35 Prtry*
        TransactionCode = Domn:Domain Prtry
        Domain = Cd!:t4 Fmly!:Family
        Family = Cd!:t4 SubFmlyCd!:t4

        FIToFIPmtCxlReq = Assgnmt!:Assignment Case:Case CtrlData:ControlData Undrlyg+:CancelUnderlying SplmtryData*
        Assignment = Id!:t35 Assgnr!:PartyOrAgent Assgne!:PartyOrAgent CreDtTm!:datetime
        Case = Id!:t35 Cretr!:PartyOrAgent ReopCaseIndctn:bool
        ControlData = NbOfTxs!:n15 CtrlSum:decimal
        CancelUnderlying = OrgnlGrpInfAndCxl TxInf*:Cancellation
        Cancellation = CxlId:t35 Case:Case OrgnlGrpInf:OriginalGroup OrgnlInstrId:t35 OrgnlEndToEndId:t35 OrgnlTxId:t35 OrgnlUETR:uuid OrgnlClrSysRef:t35 OrgnlIntrBkSttlmAmt:amount OrgnlIntrBkSttlmDt:date Assgnr:Agent Assgne:Agent CxlRsnInf* OrgnlTxRef SplmtryData*
        RsltnOfInvstgtn = Assgnmt!:Assignment RslvdCase:Case Sts! CxlDtls* ModDtls ClmNonRctDtls StmtDtls CrrctnTx RsltnRltdInf SplmtryData*
        PartyOrAgent | Pty:Party Agt:Agent

        AppHdr = CharSet Fr!:Correspondent To!:Correspondent BizMsgIdr!:t35 MsgDefIdr!:t35 BizSvc:t35 MktPrctc CreDt!:datetime BizPrcgDt:datetime CpyDplct:{CODU,COPY,DUPL} PssblDplct:bool Prty Sgntr Rltd*
        Correspondent | OrgId:Party FIId:Agent

        Party = Nm:t140 PstlAdr:Address Id:PartyId CtryOfRes:country CtctDtls
        PartyId | OrgId:OrganisationId PrvtId:PersonId
        OrganisationId = AnyBIC:bic BICOrBEI:bic LEI:lei Othr*:OtherId
        PersonId = DtAndPlcOfBirth Othr*:OtherId
        OtherId = Id!:t256 SchmeNm Issr:t35
        Address = AdrTp CareOf:t140 Dept:t70 SubDept:t70 StrtNm:t140 BldgNb:t16 BldgNm:t140 Flr:t70 UnitNb:t16 PstBx:t16 Room:t70 PstCd:t16 TwnNm:t140 TwnLctnNm:t140 DstrctNm:t140 CtrySubDvsn:t35 Ctry:country AdrLine*7:t70
        Account = Id:AccountNumber Tp Ccy:currency Nm:t70 Prxy
        AccountNumber | IBAN:iban Othr:OtherAccount
        OtherAccount = Id!:t34 SchmeNm Issr:t35
        Agent = FinInstnId!:Institution BrnchId
        Institution = BIC:bic BICFI:bic ClrSysMmbId:ClearingMember LEI:lei Nm:t140 PstlAdr:Address Othr
        ClearingMember = ClrSysId MmbId!:t35
        Remittance = Ustrd*:t140 Strd*:Structured
        Structured = RfrdDocInf* RfrdDocAmt CdtrRefInf:CreditorReference Invcr:Party Invcee:Party TaxRmt GrnshmtRmt SctiesData* AddtlRmtInf*3:t140
        CreditorReference = Tp Ref:t35
        DateOrTime | Dt:date DtTm:datetime
        Code4OrText | Cd:t4 Prtry:t35
        Code35OrText | Cd:t35 Prtry:t35
        """;
}
