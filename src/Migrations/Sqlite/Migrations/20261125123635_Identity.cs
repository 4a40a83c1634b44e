using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pujiang.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class Identity : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "audit_entry",
                columns: table => new
                {
                    number = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    actor = table.Column<string>(type: "TEXT", maxLength: 96, nullable: false),
                    action = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    subject = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    outcome = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    detail = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_audit_entry", x => x.number);
                });

            migrationBuilder.CreateTable(
                name: "identity_one_time_code",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    person_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    purpose = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    hash = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    issued_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    expires_at = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_identity_one_time_code", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "identity_passkey",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    person_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    credential_hash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    data = table.Column<byte[]>(type: "BLOB", nullable: false),
                    name = table.Column<byte[]>(type: "BLOB", nullable: false),
                    added_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    last_used_at = table.Column<DateTime>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_identity_passkey", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "identity_person",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    sign_in_name = table.Column<byte[]>(type: "BLOB", nullable: false),
                    sign_in_name_hash = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    name = table.Column<byte[]>(type: "BLOB", nullable: false),
                    english_name = table.Column<byte[]>(type: "BLOB", nullable: false),
                    party_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    password_hash = table.Column<byte[]>(type: "BLOB", nullable: false),
                    authenticator_key = table.Column<byte[]>(type: "BLOB", nullable: false),
                    last_code_step = table.Column<long>(type: "INTEGER", nullable: false),
                    uses_phone_codes = table.Column<bool>(type: "INTEGER", nullable: false),
                    failed_tries = table.Column<int>(type: "INTEGER", nullable: false),
                    wait_until = table.Column<DateTime>(type: "TEXT", nullable: true),
                    is_locked = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    activated_at = table.Column<DateTime>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_identity_person", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "identity_session",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    person_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    token_hash = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    device = table.Column<byte[]>(type: "BLOB", nullable: false),
                    place = table.Column<byte[]>(type: "BLOB", nullable: false),
                    methods = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    started_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    proved_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    last_seen_at = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_identity_session", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "identity_person_role",
                columns: table => new
                {
                    person_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    role = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_identity_person_role", x => new { x.person_id, x.role });
                    table.ForeignKey(
                        name: "FK_identity_person_role_identity_person_person_id",
                        column: x => x.person_id,
                        principalTable: "identity_person",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_audit_entry_actor",
                table: "audit_entry",
                column: "actor");

            migrationBuilder.CreateIndex(
                name: "IX_audit_entry_at",
                table: "audit_entry",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "IX_audit_entry_subject",
                table: "audit_entry",
                column: "subject");

            migrationBuilder.CreateIndex(
                name: "IX_identity_one_time_code_person_id_purpose",
                table: "identity_one_time_code",
                columns: new[] { "person_id", "purpose" });

            migrationBuilder.CreateIndex(
                name: "IX_identity_passkey_credential_hash",
                table: "identity_passkey",
                column: "credential_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_identity_passkey_person_id",
                table: "identity_passkey",
                column: "person_id");

            migrationBuilder.CreateIndex(
                name: "IX_identity_person_party_id",
                table: "identity_person",
                column: "party_id");

            migrationBuilder.CreateIndex(
                name: "IX_identity_person_sign_in_name_hash",
                table: "identity_person",
                column: "sign_in_name_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_identity_session_last_seen_at",
                table: "identity_session",
                column: "last_seen_at");

            migrationBuilder.CreateIndex(
                name: "IX_identity_session_person_id",
                table: "identity_session",
                column: "person_id");

            migrationBuilder.CreateIndex(
                name: "IX_identity_session_token_hash",
                table: "identity_session",
                column: "token_hash",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "audit_entry");

            migrationBuilder.DropTable(
                name: "identity_one_time_code");

            migrationBuilder.DropTable(
                name: "identity_passkey");

            migrationBuilder.DropTable(
                name: "identity_person_role");

            migrationBuilder.DropTable(
                name: "identity_session");

            migrationBuilder.DropTable(
                name: "identity_person");
        }
    }
}
